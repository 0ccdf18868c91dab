"""The API's schema and its documentation page, both served by us and made once per language."""

import json
from functools import cache
from threading import Lock

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_vary_headers
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema

from verification.api import answers
from verification.api.reading import PublicView
from verification.views.caching import not_modified, public_page

# The generator keeps state of its own while it works.
_generating = Lock()


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Personal tokens in the schema."""

    target_class = "glacier.rest.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """A bearer token."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "glacier_…"}


@cache
def schema_text(language: str) -> str:
    """The whole schema as JSON, its words in this language."""
    with _generating, translation.override(language):
        schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return json.dumps(schema, ensure_ascii=False)


class Schema(PublicView):
    """The API described for programs: OpenAPI, in the language of Accept-Language."""

    @extend_schema(exclude=True)
    def get(self, request: HttpRequest) -> HttpResponse:
        language = translation.get_language() or ""
        tag = answers.etag("schema", language)
        response = not_modified(request, tag) or answers.public(schema_text(language), tag)
        patch_vary_headers(response, ["Accept-Language"])
        return response


@public_page(seconds=60)
def docs(request: HttpRequest) -> HttpResponse:
    """The API described for people, where everything can be tried."""
    return render(request, "api_docs.html")
