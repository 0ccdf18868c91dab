"""The peer's views: a ModelViewSet, pages without a count, an approval that checks nothing."""

import sys
from typing import Any

from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import cached_property
from rest_framework.decorators import action
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ModelViewSet

from bench.peers.models import IndexedNeed, Need, Person, Submission
from bench.peers.serializers import IndexedNeedSerializer, NeedSerializer, SubmissionSerializer


class Uncounted(Paginator):  # type: ignore[type-arg]
    """Counts nothing: the usual first repair of a slow list."""

    @cached_property
    def count(self) -> int:
        """As many as you like."""
        return sys.maxsize


class Pages(PageNumberPagination):
    """Fifty a page."""

    page_size = 50
    page_size_query_param = "size"
    django_paginator_class = Uncounted


class NeedViewSet(ModelViewSet[Any]):
    """Needs, most urgent first, searched by the hospital's name."""

    queryset = Need.objects.all()
    serializer_class: Any = NeedSerializer
    pagination_class = Pages
    lookup_field = "uid"

    def get_queryset(self) -> QuerySet[Any]:
        """Those that stand and are not out of date."""
        rows = super().get_queryset().select_related("hospital", "verified_by", "entered_by")
        rows = rows.filter(state="live").exclude(freshness="stale")
        if words := self.request.query_params.get("q"):
            rows = rows.filter(hospital_name__icontains=words)
        return rows.order_by(F("urgency").desc(), "unmet_since", "uid")


class ChangedViewSet(NeedViewSet):
    """What changed since a time, oldest first."""

    queryset = IndexedNeed.objects.all()
    serializer_class = IndexedNeedSerializer

    def get_queryset(self) -> QuerySet[Any]:
        """From that time on."""
        rows = IndexedNeed.objects.select_related("hospital", "verified_by", "entered_by")
        return rows.filter(changed_at__gte=self.request.query_params["since"]).order_by("changed_at", "uid")


class IndexedNeedViewSet(NeedViewSet):
    """The same, from the table with the ideal index."""

    queryset = IndexedNeed.objects.all()
    serializer_class = IndexedNeedSerializer


class SubmissionViewSet(ModelViewSet[Submission]):
    """Submissions; whoever asks may approve."""

    queryset = Submission.objects.all()
    serializer_class = SubmissionSerializer
    lookup_field = "uid"

    @action(detail=True, methods=["post"])
    def approve(self, request: Request, uid: str) -> Response:
        """Approve it, with history by signal."""
        found = self.get_object()
        found.status, found.verified_at = "verified", timezone.now()
        found.verified_by = Person.objects.get(pk=request.data["by"])
        found.save()
        return Response(self.get_serializer(found).data)


def hello(request: HttpRequest) -> HttpResponse:
    """The limit: a view that does nothing."""
    return HttpResponse(b"hello", content_type="text/plain")


def page(request: HttpRequest) -> HttpResponse:
    """The list as a page: one template, no links but those of its rows."""
    rows = IndexedNeed.objects.select_related("hospital", "verified_by").filter(state="live")
    rows = rows.exclude(freshness="stale").order_by(F("urgency").desc(), "unmet_since", "uid")[:20]
    return render(request, "peers/page.html", {"needs": rows})
