"""What every template may use."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """The demonstration flag, and the address of this page in the other language."""
    path = request.get_full_path()
    other = path.removeprefix("/en") or "/" if path.startswith("/en/") else f"/en{path}"
    return {"demo": settings.DEMO, "other_language_url": other}
