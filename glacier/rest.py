"""The API's plumbing: personal tokens, strict JSON bodies, and one shape for every error."""

import codecs
import json
import math
from collections.abc import Iterator, Mapping
from typing import IO, Any

import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.urls import resolve
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import JSONParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from verification import people
from verification.models import ApiToken, User
from verification.refusals import LeaseTaken, Refused, TooManyLeases

log = structlog.get_logger()

# Deeper than any form of ours; a body nested beyond it is an attack or a mistake.
DEEPEST = 20


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer glacier_…`. The token is looked up by its digest, its owner anew each time."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """The owner and the token; None where the request carries no bearer token."""
        scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        found = (
            ApiToken.objects.select_related("user")
            .filter(digest=people.digest(token.strip()), revoked_at=None, user__is_active=True)
            .first()
        )
        if found is None:
            raise exceptions.AuthenticationFailed(_("This token is not known, or was taken back."))
        return found.user, found

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return 'Bearer realm="glacier"'


class OnlyJSON(BaseContentNegotiation):
    """The API speaks JSON, whatever a browser or a tool says it would rather have."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """The JSON parser for a JSON body; none for anything else, which is answered with 415."""
        sent = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == sent), None)

    def select_renderer(  # type: ignore[override]
        self, request: Request, renderers: list[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The first there is."""
        return renderers[0], renderers[0].media_type or "application/json"


class TooBig(exceptions.APIException):
    """A body larger than anybody needs."""

    status_code = 413
    default_code = "too_big"


class StrictJSONParser(JSONParser):
    """JSON as the standard has it, of bounded size and depth, whose texts a database can hold."""

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None) -> Any:
        """The value sent; ParseError says what is wrong with it."""
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
        raw = stream.read(most + 1)
        if len(raw) > most:
            raise TooBig(_("At most %(most)d bytes can be sent.") % {"most": most})
        try:
            text = raw.removeprefix(codecs.BOM_UTF8).decode("utf-8")
            value = json.loads(text, parse_constant=_refuse_number, parse_float=_finite)
        except (ValueError, RecursionError):
            raise exceptions.ParseError(_("This is not valid JSON in UTF-8.")) from None
        for problem in _problems(value):
            raise exceptions.ParseError(problem)
        return value


def _refuse_number(text: str) -> float:
    raise ValueError(text)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _problems(value: Any) -> Iterator[str]:
    """What is wrong with a value, looked at level by level, so that depth costs no stack."""
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            yield _("This is nested too deeply.")
            return
        texts = [v for v in level if isinstance(v, str)] + [
            k for v in level if isinstance(v, dict) for k in v
        ]
        if any(not _storable(text) for text in texts):
            yield _("A text holds a character that cannot be stored: NUL, or half of a pair.")
        level = [
            part
            for v in level
            if isinstance(v, dict | list)
            for part in (v.values() if isinstance(v, dict) else v)
        ]


def _storable(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def error_response(exc: Exception, context: Mapping[str, Any]) -> JsonResponse:
    """Every error of the API in one shape: {"error": {code, message, fields?, details?, request_id}}.

    Answers refusals with their own status and code, what REST framework raises likewise, a database that
    is away or busy with 503, and anything else with 500, which is logged with its request id.
    """
    request = context["request"]
    if isinstance(exc, Refused):
        return _refusal(request, exc)
    if isinstance(exc, Http404):
        exc = exceptions.NotFound()
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    elif isinstance(exc, RequestDataTooBig):
        exc = TooBig(
            _("At most %(most)d bytes can be sent.") % {"most": settings.DATA_UPLOAD_MAX_MEMORY_SIZE}
        )
    elif isinstance(exc, SuspiciousOperation):
        exc = exceptions.ParseError()
    if isinstance(exc, exceptions.APIException):
        return _framework_error(request, exc)
    if isinstance(exc, OperationalError | InterfaceError):
        log.warning("database_unavailable", error=str(exc), request_id=_request_id(request))
        # Lost while committing, nobody knows whether it was.
        message = _("The database is away or busy for a moment. Look whether it arrived, then try again.")
        return error(request, 503, "unavailable", message, retry_after=2)
    if isinstance(exc, IntegrityError):
        log.warning("conflict", error=str(exc), request_id=_request_id(request))
        message = _(
            "Somebody else changed the same thing at the same moment. Nothing was changed; try again."
        )
        return error(request, 409, "conflict", message, retry_after=1)
    log.error("api_failed", exc_info=exc, request_id=_request_id(request), path=request.path)
    return error(
        request, 500, "failed", _("Something went wrong here. We were told; the number below names it.")
    )


# How long it makes sense to wait before asking again, in seconds.
_RETRY_AFTER: dict[type[Refused], int] = {LeaseTaken: 60, TooManyLeases: 60}


def _refusal(request: HttpRequest, refused: Refused) -> JsonResponse:
    fields = getattr(refused, "errors", None)
    details = {name: _plain(value) for name, value in refused.context.items() if name != "errors"}
    if refused.each:
        details["refused"] = {
            str(uid): {"code": one.code, "message": str(one)} for uid, one in refused.each.items()
        }
    return error(
        request,
        refused.status,
        refused.code,
        refused.message,
        fields=fields,
        details=details,
        retry_after=_RETRY_AFTER.get(type(refused)),
    )


def _framework_error(request: HttpRequest, exc: exceptions.APIException) -> JsonResponse:
    fields = None
    message: Any = exc.detail
    code = exc.default_code
    if isinstance(exc, exceptions.ValidationError):
        fields = _fields(exc.detail)
        message, code = _("Some of this request has the wrong shape; see the fields below."), "bad_request"
    elif isinstance(message, list | dict):
        message = exc.default_detail
    wait = getattr(exc, "wait", None)
    retry_after = None if wait is None else math.ceil(wait)
    response = error(request, exc.status_code, code, message, fields=fields, retry_after=retry_after)
    if header := getattr(exc, "auth_header", None):
        response["WWW-Authenticate"] = header
    return response


def _fields(detail: Any, path: str = "") -> dict[str, list[str]]:
    """Sentences by the path of the field they are about: `answers.grounds.0`."""
    if isinstance(detail, Mapping):
        parts = [(str(name), value) for name, value in detail.items()]
    elif isinstance(detail, list) and any(isinstance(part, Mapping | list) for part in detail):
        parts = [(str(number), value) for number, value in enumerate(detail) if value]
    else:
        sentences = detail if isinstance(detail, list) else [detail]
        return {path or "non_field_errors": [str(sentence) for sentence in sentences]}
    found: dict[str, list[str]] = {}
    for name, value in parts:
        found |= _fields(value, f"{path}.{name}" if path else name)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(part) for part in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def error(
    request: HttpRequest,
    status: int,
    code: str,
    message: str | Promise,
    *,
    fields: Mapping[str, list[str]] | None = None,
    details: Mapping[str, Any] | None = None,
    retry_after: int | None = None,
) -> JsonResponse:
    """One error in the API's shape, in the language of the request."""
    content: dict[str, Any] = {"code": code, "message": str(message)}
    if fields:
        content["fields"] = fields
    if details:
        content["details"] = details
    content["request_id"] = _request_id(request)
    response = JsonResponse({"error": content}, status=status, json_dumps_params={"ensure_ascii": False})
    patch_vary_headers(response, ["Accept-Language"])
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    return response


def _request_id(request: HttpRequest) -> str:
    return str(getattr(request, "request_id", ""))


@csrf_exempt
def unknown_path(request: HttpRequest, path: str = "") -> HttpResponse:
    """404 for addresses the API does not have; one that only lacks its last slash leads on."""
    if request.method in ("GET", "HEAD") and path and not path.endswith("/") and is_ours(f"{request.path}/"):
        query = request.GET.urlencode()
        return HttpResponsePermanentRedirect(f"{request.path}/{'?' if query else ''}{query}")
    return error(
        request, 404, "not_found", _("There is nothing at this address; /api/docs/ lists what there is.")
    )


def is_ours(path: str) -> bool:
    """Whether the API has something at this address."""
    try:
        return resolve(path).func is not unknown_path
    except Http404:
        return False
