"""The browser of the tests: one Chromium per pytest process, a fresh context per test."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from glacier.runner import browser as chromium
from glacier.runner.bootstrap import Trouble


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, found or fetched; without one the test fails and names --no-browser."""
    try:
        found = chromium.find()
    except Trouble as trouble:
        pytest.fail(str(trouble), pytrace=False)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=found.executable, args=found.args, env={**os.environ, **found.env}
        )
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser, server: str) -> Iterator[Page]:
    """A page of a fresh visitor, Chinese, on the real server: `page.goto("/needs/")`.

    The test fails when a script threw or the content security policy refused something.
    """
    context = browser.new_context(base_url=server, locale="zh-CN", timezone_id="Asia/Shanghai")
    context.set_default_timeout(30_000)
    page = context.new_page()
    wrong: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            wrong.append(message.text)

    context.on("console", listen)
    context.on("weberror", lambda error: wrong.append(str(error.error)))
    yield page
    context.close()
    assert not wrong, "\n".join(wrong)
