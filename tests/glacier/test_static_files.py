"""Styles and scripts: packed for whoever takes that, kept for good under the address of their build."""

import gzip

import pytest

from glacier.runner.bootstrap import TOP

SCRIPT = "/static/glacier/js/page.js"
PLAIN = (TOP / "static/glacier/js/page.js").read_bytes()
TAKES = {"Accept-Encoding": "br, gzip"}


def test_files_travel_packed_for_whoever_takes_that(client):
    packed, plain = client.get(SCRIPT, headers=TAKES), client.get(SCRIPT)
    assert gzip.decompress(packed.getvalue()) == plain.getvalue() == PLAIN
    assert packed["Content-Length"] == str(len(packed.getvalue()))
    assert packed["Content-Type"] == plain["Content-Type"]
    assert packed["Vary"] == plain["Vary"] == "Accept-Encoding"
    assert "Content-Encoding" not in client.get(SCRIPT, headers={"Accept-Encoding": "gzip;q=0"})


def test_parts_of_files_and_heads_are_sent_as_they_are(client):
    part = client.get(SCRIPT, headers=TAKES | {"Range": "bytes=0-9"})
    assert (part.status_code, part.getvalue()) == (206, PLAIN[:10])
    assert "Content-Encoding" not in part
    assert not client.head(SCRIPT, headers=TAKES).getvalue()


def test_who_has_a_file_already_is_told_so(client):
    tag = client.get(SCRIPT, headers=TAKES)["ETag"]
    assert client.get(SCRIPT, headers=TAKES | {"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize(("asked", "kept"), [("?v=test", True), ("?v=older", False), ("", False)])
def test_only_files_of_this_build_are_kept_for_good(asked, kept, client, settings):
    assert settings.BUILD == "test"
    assert ("immutable" in client.get(SCRIPT + asked)["Cache-Control"]) is kept


def test_pages_ask_for_the_files_of_their_build(client, db):
    page = client.get("/submit/").content.decode()
    assert f'src="{SCRIPT}?v=test"' in page
