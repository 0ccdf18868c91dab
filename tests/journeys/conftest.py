"""Browsers of several people at once, in Chinese, on the real server."""

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client
from playwright._impl._api_structures import SetCookieParam
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response

from tests.signing_in import sign_in
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
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def open_page(user: User | None = None, *, width: int = 390, javascript: bool = True, **more) -> Page:
        context = browser.new_context(
            base_url=more.pop("base_url", server),
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            viewport={"width": width, "height": 844},
            java_script_enabled=javascript,
            **more,
        )
        context.set_default_timeout(30_000)
        contexts.append(context)
        if user is not None:
            context.add_cookies([session_of(user, server)])
        page = context.new_page()
        page.on("console", lambda said: wrong.extend(_complaints(said)))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("response", lambda got: wrong.extend(_missing_parts(got)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not wrong, "\n".join(wrong)


def _complaints(said: ConsoleMessage) -> list[str]:
    return [said.text] if said.type == "error" and REFUSED not in said.text else []


def _missing_parts(got: Response) -> list[str]:
    part = got.request.resource_type in ("stylesheet", "script", "image", "font")
    return [f"{got.status} {got.url}"] if part and got.status >= 400 else []


def session_of(user: User, server: str) -> SetCookieParam:
    """The cookie of somebody who is signed in."""
    client = Client()
    sign_in(client, user)
    return {
        "name": settings.SESSION_COOKIE_NAME,
        "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
        "url": server,
    }
