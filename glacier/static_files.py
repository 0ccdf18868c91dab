"""Styles, scripts and pictures: they travel compressed, and whoever asks for those of this build keeps them."""

import gzip
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

from glacier.middleware import WORTH_COMPRESSING, accepts_gzip

_PACKED: Final = ("text/", "image/svg", "application/json", "application/javascript")
# What settings call a checkout whose build nobody named: its files may change under their addresses.
_UNNAMED: Final = "dev"
_FOREVER: Final = "max-age=31536000, public, immutable"


class OfThisBuild(StaticFilesStorage):
    """Addresses that name the build: another build has others, so that a file of one is never asked for twice."""

    def url(self, name: str | None) -> str:
        """The file's address."""
        address = super().url(name)
        return f"{address}?v={settings.BUILD}" if settings.BUILD != _UNNAMED else address


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]
    """WhiteNoise, which serves the files of the checkout as they are: no step before the start packs them."""

    @staticmethod
    def serve(static_file: StaticFile, request: HttpRequest) -> HttpResponseBase:
        """The file, packed for whoever takes that; parts of a file, and what is packed already, as they are."""
        response: FileResponse = WhiteNoiseMiddleware.serve(static_file, request)
        patch_vary_headers(response, ["Accept-Encoding"])
        if request.GET.get("v") == settings.BUILD != _UNNAMED:
            response["Cache-Control"] = _FOREVER
        file = response.file_to_stream
        if file is None or response.status_code != 200 or not accepts_gzip(request):
            return response
        if int(response["Content-Length"]) < WORTH_COMPRESSING or not response["Content-Type"].startswith(
            _PACKED
        ):
            return response
        with file:
            packed = HttpResponse(_packed(file.read()), headers=response.headers)
        packed["Content-Encoding"], packed["Content-Length"] = "gzip", str(len(packed.content))
        return packed


# By content, so never an old one. Our pages ask for 0.1 MB; with the admin's and the API's there are 6 MB in all.
@lru_cache(maxsize=128)
def _packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)
