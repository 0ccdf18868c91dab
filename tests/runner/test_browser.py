"""Where the browser of the tests comes from."""

import pytest

from glacier.runner import browser
from glacier.runner.bootstrap import Trouble


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """A machine with no browser, and nothing to fetch one with."""
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("GLACIER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setattr(browser, "_fetch_by_playwright", lambda folder: False)
    monkeypatch.setattr(browser, "_wheels_npm", lambda folder: [])
    (tmp_path / "bin").mkdir()
    return tmp_path


def program(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    path.chmod(0o755)
    return path


def test_browser_named_by_the_environment_comes_first(bare, monkeypatch):
    program(bare / "bin" / "chromium")
    mine = program(bare / "mine")
    monkeypatch.setenv("CHROMIUM", str(mine))
    assert browser.find().executable == mine


def test_browser_named_wrongly_is_refused(bare, monkeypatch):
    monkeypatch.setenv("CHROMIUM", str(bare / "nothing"))
    with pytest.raises(Trouble, match="CHROMIUM="):
        browser.find()


def test_browser_on_path_comes_before_a_fetched_one(bare):
    program(bare / "cache" / f"chromium-{browser.VERSION}" / "chromium")
    found = program(bare / "bin" / "google-chrome")
    assert browser.find().executable == found


def test_browser_fetched_once_is_found_again(bare):
    kept = program(bare / "cache" / f"chromium-{browser.VERSION}" / "chromium")
    found = browser.find()
    assert found.executable == kept
    assert found.env["LD_LIBRARY_PATH"] == str(kept.with_name("lib"))


def test_browser_that_cannot_be_had_names_the_way_out(bare):
    with pytest.raises(Trouble, match="--no-browser"):
        browser.find()


def test_archive_that_is_not_the_pinned_one_is_thrown_away(bare):
    archive = bare / "cache" / f"sparticuz-chromium-{browser.VERSION}.tgz"
    archive.parent.mkdir()
    archive.write_bytes(b"something else")
    with pytest.raises(Trouble):
        browser.find()
    assert not archive.exists()


def test_page_shows_chinese(page):
    page.goto("/")
    assert page.evaluate("document.documentElement.lang").startswith("zh")
