"""Organisations' own sign-ins, as the operator configures them: checked when the process starts."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

_ASKED = ("id", "name", "domain", "server_url", "client_id", "secret")
# Where a provider may be asked without encryption: on the machine itself.
_HERE = ("localhost", "127.0.0.1")


def apps(configured: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """The entries of `GLACIER_OWN_SIGN_INS` as allauth has them. Raises ImproperlyConfigured for a wrong one."""
    return [_app(entry) for entry in configured]


def _app(entry: Mapping[str, str]) -> dict[str, Any]:
    if missing := [name for name in _ASKED if not entry.get(name)]:
        raise ImproperlyConfigured(f"GLACIER_OWN_SIGN_INS: an entry has no {', '.join(missing)}.")
    address = urlsplit(entry["server_url"])
    if address.scheme != "https" and address.hostname not in _HERE:
        raise ImproperlyConfigured(f"GLACIER_OWN_SIGN_INS: {entry['id']} is not asked over https.")
    return {
        "provider_id": entry["id"],
        "name": entry["name"],
        "client_id": entry["client_id"],
        "secret": entry["secret"],
        "settings": {"server_url": entry["server_url"], "domain": entry["domain"].lower()},
    }


def origins(configured: Sequence[Mapping[str, str]]) -> list[str]:
    """Where a form that begins to sign in is led to: the `origin` of an entry, or else its server's."""
    return sorted({entry.get("origin") or _origin(entry["server_url"]) for entry in configured})


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
