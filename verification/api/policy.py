"""The policy in force, for programs: what each class asks for, and the class of every field of every list."""

import json

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema

from verification import in_force, spelling_rules
from verification import serializers as shapes
from verification.api import answers
from verification.api.reading import PublicView
from verification.models import Policy
from verification.views.caching import not_modified


class InForce(PublicView):
    """The rules that bind everybody at this moment."""

    @extend_schema(
        operation_id="policy",
        summary=_("The policy in force"),
        responses=shapes.PolicyInForce,
        tags=["reading"],
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        now = in_force.current()
        tag = answers.etag("policy", now.version, now.fingerprint[:16])
        response = not_modified(request, tag)
        if response is None:
            told = spelling_rules.as_json(Policy.objects.get(pk=now.version), now)
            response = answers.public(json.dumps(told, ensure_ascii=False), tag)
        return response
