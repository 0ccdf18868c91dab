"""Submissions: send one, follow one's own, and take steps. Never public, stored by nobody."""

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from verification import confirming, cursors, factors, inbox, publishing, wordings, workflow
from verification import serializers as shapes
from verification.api import answers, examples, parameters, steps
from verification.models import Public, Submission, User
from verification.refusals import BadCursor, BadQuery, NotFound, TokenMayNotDecide
from verification.sop import Intent

PAGE = 20
_UID = OpenApiParameter(
    "uid", OpenApiTypes.UUID, OpenApiParameter.PATH, description=_("The submission's number.")
)

# Made once: a shape keeps nothing of what it reads, and its fields are costly to make.
_SUBMISSION, _ACTION = shapes.SubmissionRequest(), shapes.ActionRequest()


class WorkingView(APIView):
    """A view for somebody who signed in, by session or by token."""

    def finalize_response(  # type: ignore[override]
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """What is somebody's own is stored by no cache, errors included."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer.headers.setdefault("Cache-Control", "private, no-store")
        return answer


def actor(request: Request) -> User:
    """The person who is signed in; the permission class has made sure that somebody is."""
    person: Any = request.user
    # Themselves, not what stands for them until somebody asks: each look through that costs a little.
    person = getattr(person, "_wrapped", person)
    assert isinstance(person, User)
    return person


def by_token(request: Request) -> bool:
    """Whether a token speaks, which may submit and follow its own, and never decides."""
    return request.auth is not None


def seen(request: Request, uid: UUID) -> Submission:
    """The submission, for its submitter or a reviewer in force; a token sees its owner's own only."""
    found = inbox.seen_by(uid, actor(request))
    if by_token(request) and found.submitted_by_id != actor(request).pk:
        raise NotFound()
    return found


def request_id(request: Request) -> str:
    """The request's id, kept with every event it causes."""
    return str(getattr(request, "request_id", ""))


class Submissions(WorkingView):
    """One's own submissions, and sending another."""

    @extend_schema(
        operation_id="my_submissions",
        summary=_("My submissions"),
        description=_("Your own, newest first. Follow `next` for more."),
        parameters=[parameters.CURSOR],
        responses={200: shapes.SubmissionPage, 400: shapes.Failure, 401: shapes.Failure},
        tags=["submissions"],
    )
    def get(self, request: Request) -> Response:
        user = actor(request)
        if strangers := [name for name in request.query_params if name != "cursor"]:
            raise BadQuery({name: [str(_("There is no such parameter."))] for name in strangers})
        view, text = f"submissions of {user.pk}", request.query_params.get("cursor", "")
        before = cursors.read(view, text).key[0] if text else None
        if before is not None and not isinstance(before, int):
            raise BadCursor()
        rows = inbox.mine(user, before=before, limit=PAGE + 1)
        shown = rows[:PAGE]
        more = cursors.write(view, (shown[-1].pk,)) if len(rows) > PAGE else ""
        address = answers.absolute(request._request, "api_submissions", f"cursor={more}") if more else None
        return Response({"results": many(shown), "next": address})

    @extend_schema(
        operation_id="submit",
        summary=_("Send something in"),
        description=_(
            "Something new, a correction of `record`, a request to take it down (intent `withdrawal`, with a "
            "reason), or the word that it is still true (intent `confirmation`). Nothing sent is public "
            "before reviewers verified and entered it. Choose a `uid` and sending twice is harmless. "
            "Private fields left out of a correction stay as they are. Where a proven organisation's own "
            "member, signed in, asks for a withdrawal or confirms, it is done at once, and the record as it "
            "stands then is the answer."
        ),
        request=shapes.SubmissionRequest,
        examples=examples.REQUESTS,
        responses={
            200: OpenApiResponse(OpenApiTypes.OBJECT, _("Taken down, or confirmed, at once.")),
            201: shapes.Submission,
            400: shapes.Failure,
            401: shapes.Failure,
            403: shapes.Failure,
            404: shapes.Failure,
            409: shapes.Failure,
            422: shapes.Failure,
        },
        tags=["submissions"],
    )
    def post(self, request: Request) -> HttpResponseBase:
        asked = _SUBMISSION.run_validation(request.data)
        if asked.get("intent"):
            return _request(request, asked)
        sent = workflow.submit(
            kind=asked["kind"],
            data=asked["payload"],
            by=actor(request),
            record=asked.get("record"),
            note=asked["note"],
            uid=asked.get("uid"),
            request_id=request_id(request),
        )
        return _created(request, sent)


def _request(request: Request, asked: dict[str, Any]) -> HttpResponseBase:
    """Carried out at once for the record's own organisation, which reads what stands then; or a submission."""
    record = asked["record"]
    if not Public.objects.filter(pk=record, kind=asked["kind"]).exists():
        raise NotFound()
    common: dict[str, Any] = {
        "by": actor(request),
        "note": asked["note"],
        "uid": asked.get("uid"),
        "request_id": request_id(request),
        "at_once": not by_token(request),
    }
    if asked["intent"] == Intent.WITHDRAWAL:
        sent = publishing.request_withdrawal(record, reason=asked["reason"], **common)
    else:
        sent = confirming.ask(record, **common)
    if sent is None:
        return answers.private(Public.objects.get(pk=record).body)
    return _created(request, sent)


def _created(request: Request, sent: Submission) -> Response:
    address = answers.absolute(request._request, "api_submission", uid=sent.uid)
    return Response(many([sent])[0], status=201, headers={"Location": address})


def many(rows: list[Submission]) -> list[dict[str, Any]]:
    """Submissions as their submitter, or a reviewer, sees them."""
    said, failing = inbox.verdicts(rows), inbox.being_looked_at(rows)
    return [answers.submission(row, said.get(row.pk), being_looked_at=row.pk in failing) for row in rows]


def shown(found: Submission, user: User) -> dict[str, Any]:
    """A submission with its life so far and its lease, as this person may see it."""
    life = inbox.life_of(found)
    return {
        **answers.submission(found, life.verdict, being_looked_at=life.failing),
        "steps": answers.steps(life.events, for_reviewer=found.submitted_by_id != user.pk),
        "lease": answers.lease(life.lease, user.pk),
        "proposed_wording": answers.wording(wordings.of(found)),
    }


class OneSubmission(WorkingView):
    """A submission, for its submitter and for reviewers."""

    @extend_schema(
        operation_id="submission",
        summary=_("One submission"),
        description=_(
            "Yours, or for reviewers anybody's, private fields included. A token reads its owner's only."
        ),
        parameters=[_UID],
        responses={200: shapes.SubmissionDetail, 401: shapes.Failure, 404: shapes.Failure},
        tags=["submissions"],
    )
    def get(self, request: Request, uid: UUID) -> Response:
        return Response(shown(seen(request, uid), actor(request)))


class Act(WorkingView):
    """Take a step with a submission."""

    @extend_schema(
        operation_id="act",
        summary=_("Take a step"),
        description=_(
            "Reviewers: *claim* takes again what was handed to you (see *Be handed the next submission*), for ten "
            "minutes under a fence, which every decision presents; *renew* and *release* it; *verify* and *enter* "
            "with the checklist's answers, *verify* with grounds; *return*, "
            "*reject*, *duplicate* with a reason, and how to fix it; *return* may bring a proposed wording as "
            "`data`, which the submitter accepts by sending it with *resubmit*; *distinct* names the other "
            "record; *doubt* "
            "leaves it to others with a note; *take_down* carries out a request to withdraw; *confirm*, with "
            "answers and grounds, finds right that a record is still true; *reopen* with a reason. Submitters: "
            "*edit*, *resubmit* and *rebase* with new content, *withdraw* with a reason. "
            "Decisions need a session: a token may edit, resubmit and withdraw what its owner sent, no more."
        ),
        parameters=[
            _UID,
            OpenApiParameter(
                "action", str, OpenApiParameter.PATH, enum=list(steps.STEPS), description=_("The step.")
            ),
        ],
        request=shapes.ActionRequest,
        responses={
            200: shapes.SubmissionDetail,
            400: shapes.Failure,
            401: shapes.Failure,
            403: shapes.Failure,
            404: shapes.Failure,
            409: shapes.Failure,
            422: shapes.Failure,
        },
        tags=["submissions"],
    )
    def post(self, request: Request, uid: UUID, action: str) -> Response:
        step = steps.STEPS.get(action)
        if step is None:
            raise NotFound()
        user = actor(request)
        if by_token(request):
            seen(request, uid)
            if action not in steps.BY_TOKEN:
                raise TokenMayNotDecide()
        asked = _ACTION.run_validation(request.data)
        taken = step(
            uid, asked, by=user, request_id=request_id(request), fresh_factor=factors.fresh(request._request)
        )
        return Response(shown(taken, user))
