"""A step taken with many submissions at once: all of them, or none."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from verification import drawing, factors, inbox, people, policies, workflow
from verification import serializers as shapes
from verification.api.submissions import WorkingView, actor, by_token, many, request_id
from verification.journal import acting
from verification.models import Lease, Submission, User
from verification.models.journal import ClockTimestamp
from verification.refusals import NotFound, NotHanded, Refused, TokenMayNotDecide, raise_first
from verification.sop import CHECKLISTS, Action

# What can be said of many in one sentence. To call something a duplicate, or to word it anew, is about one.
DECISIONS = {str(a): a for a in (Action.VERIFY, Action.ENTER, Action.RETURN, Action.REJECT)}
_BATCH = shapes.BatchRequest()


def _claim(uids: list[UUID], *, by: User) -> tuple[list[Submission], int]:
    """Of one of these, which the person holds, all that is alike, for ten minutes under one fence.

    Nobody picks among them: what is named besides has to be of the same sort.
    """
    found, who = inbox.all_seen_by(uids, by), people.standing(by, now=timezone.now())
    refused: dict[UUID, Refused] = {}
    for submission in found:
        try:
            policies.refuse_deciding(submission, who)
        except Refused as refusal:
            refused[submission.uid] = refusal
    raise_first(refused)
    held = Lease.objects.filter(submission__in=found, holder=by, until__gt=ClockTimestamp())
    one = held.order_by("pk").values_list("pk", flat=True).first()
    if one is None:
        raise_first({submission.uid: NotHanded() for submission in found})
    with acting(by=by):
        rows, fence = drawing.together(one or 0, by=by)
        raise_first({one.uid: NotHanded() for one in found if one not in rows})
    return rows, fence


def _decide(
    action: Action, asked: Mapping[str, Any], *, by: User, request_id: str, fresh_factor: bool
) -> list[Submission]:
    return workflow.advance(
        asked["submissions"],
        action,
        by=by,
        fence=asked.get("fence"),
        answers=dict(asked.get("answers") or {}) if action in CHECKLISTS else {},
        reason=asked["reason"],
        public_note=asked["public_note"],
        note=asked["note"],
        request_id=request_id,
        fresh_factor=fresh_factor,
    )


class Batch(WorkingView):
    """Take a step with many submissions."""

    @extend_schema(
        operation_id="act_on_many",
        summary=_("Take a step with many at once"),
        description=_(
            "Reviewers: *claim* names one you hold, and gives ten minutes and one fence for all that are alike: the "
            "new, routine ones of its list and sender at the same step, oldest first, in whole; *verify* and "
            "*enter* with the checklist's answers, which are true of each, *verify* with grounds; *return* and "
            "*reject* with a reason, and how to fix it. More than one at once asks for your second factor, used within "
            "the last ten minutes. Every rule of a single step holds for each. All are taken, or none: "
            "what stood in the way of which is told in `details.refused`. Needs a session."
        ),
        parameters=[
            OpenApiParameter(
                "action",
                str,
                OpenApiParameter.PATH,
                enum=["claim", *DECISIONS],
                description=_("The step."),
            )
        ],
        request=shapes.BatchRequest,
        responses={
            200: shapes.BatchAnswer,
            400: shapes.Failure,
            401: shapes.Failure,
            403: shapes.Failure,
            404: shapes.Failure,
            409: shapes.Failure,
            422: shapes.Failure,
        },
        tags=["submissions"],
    )
    def post(self, request: Request, action: str) -> Response:
        user = actor(request)
        if action != "claim" and action not in DECISIONS:
            raise NotFound()
        if by_token(request):
            raise TokenMayNotDecide()
        asked = _BATCH.run_validation(request.data)
        fence = None
        if action == "claim":
            rows, fence = _claim(asked["submissions"], by=user)
        else:
            fresh = factors.fresh(request._request)
            decision, about = DECISIONS[action], request_id(request)
            rows = _decide(decision, asked, by=user, request_id=about, fresh_factor=fresh)
        return Response({"results": many(rows), "fence": fence})
