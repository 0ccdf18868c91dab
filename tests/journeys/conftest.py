"""Browsers of several people at once, in Chinese, on the real server."""

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page

from verification.models import User

Visit = Callable[..., Page]

# What the browser itself says of a page that answers 404, 410, 422: no fault of a script.
REFUSED = "Failed to load resource"


@pytest.fixture
def visit(browser: Browser, server: str) -> Iterator[Visit]:
    """Call it for a page of somebody's own browser: `visit(reviewer, width=1440)`; nobody is a passer-by.

    The test fails where a script threw, the content security policy refused something, or a page's part
    (style, script, icon) was not there.
    """
    contexts, wrong = [], []

    def open_page(user: User | None = None, *, width: int = 390, javascript: bool = True, **more) -> Page:
        context = browser.new_context(
            base_url=server,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            viewport={"width": width, "height": 844},
            java_script_enabled=javascript,
            **more,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        if user is not None:
            context.add_cookies([session_of(user, server)])
        page = context.new_page()
        page.on(
            "console",
            lambda said: said.type == "error" and REFUSED not in said.text and wrong.append(said.text),
        )
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "response", lambda got: wrong.append(f"{got.status} {got.url}") if _part_is_missing(got) else None
        )
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not wrong, "\n".join(wrong)


def _part_is_missing(response) -> bool:
    return response.status >= 400 and response.request.resource_type in (
        "stylesheet",
        "script",
        "image",
        "font",
    )


def session_of(user: User, server: str) -> dict[str, str]:
    """The cookie of somebody who is signed in."""
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return {
        "name": settings.SESSION_COOKIE_NAME,
        "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
        "url": server,
    }
