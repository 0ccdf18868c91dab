"""Cursors: places in a list that only we can write."""

import pytest

from verification import cursors
from verification.cursors import Cursor
from verification.refusals import BadCursor

KEY = (-3, "2020-02-05 03:12:00.000001+00:00", "8f14e45f-ceea-467f-9a4b-1ab0c5a1b2c3")


def test_cursor_reads_back_as_written():
    assert cursors.read("needs?q=武汉", cursors.write("needs?q=武汉", KEY)) == Cursor(KEY)
    assert cursors.read("needs?", cursors.write("needs?", KEY, back=True)) == Cursor(KEY, back=True)


def test_cursor_of_another_view_is_refused():
    written = cursors.write("needs?item=n95-mask", KEY)
    for view in ("needs?", "needs?item=goggles", "donations?item=n95-mask"):
        with pytest.raises(BadCursor):
            cursors.read(view, written)


@pytest.mark.parametrize("at", [0, 5, -1])
def test_cursor_tampered_with_is_refused(at):
    written = cursors.write("needs?", KEY)
    changed = list(written)
    changed[at] = "A" if changed[at] != "A" else "B"
    with pytest.raises(BadCursor):
        cursors.read("needs?", "".join(changed))


@pytest.mark.parametrize(
    "text",
    ["x", ".", "a.b", "\0", "\ud800", "中文.签名", "WzAsMV0", "e30." + "A" * 43, "A" * 100_000, "WzAsMV0."],
)
def test_cursor_we_did_not_write_is_refused(text):
    with pytest.raises(BadCursor):
        cursors.read("needs?", text)


def test_cursor_needs_no_escaping_in_an_address():
    written = cursors.write("needs?q=武汉&sort=newest", KEY)
    assert set(written) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")
