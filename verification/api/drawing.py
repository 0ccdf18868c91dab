"""The next submission, which is handed to a reviewer."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from verification import drawing, inbox
from verification import serializers as shapes
from verification.api.submissions import WorkingView, actor, by_token, shown
from verification.refusals import TokenMayNotDecide

_NEXT = shapes.NextRequest()


class Next(WorkingView):
    """Be handed the next submission."""

    @extend_schema(
        operation_id="next_submission",
        summary=_("Be handed the next submission"),
        description=_(
            "Reviewers do not choose what they decide: one of those that wait is drawn, of the highest risk and "
            "among the oldest, and held for ten minutes under the fence of its `lease`. What is drawn and not "
            "decided counts: after several within an hour nothing more is handed out. Needs a session."
        ),
        request=shapes.NextRequest,
        responses={
            200: shapes.SubmissionDetail,
            400: shapes.Failure,
            401: shapes.Failure,
            403: shapes.Failure,
            404: shapes.Failure,
            429: shapes.Failure,
        },
        tags=["submissions"],
    )
    def post(self, request: Request) -> Response:
        user = actor(request)
        if by_token(request):
            raise TokenMayNotDecide()
        asked = _NEXT.run_validation(request.data)
        drawn = drawing.draw(by=user, step=asked["step"])
        return Response(shown(inbox.seen_by(drawn.submission.uid, user), user))
