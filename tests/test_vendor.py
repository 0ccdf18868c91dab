"""What we did not write ourselves is exactly what its maker published."""

import gzip
import hashlib
import tomllib
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "static" / "glacier"
VENDORED = tomllib.loads((FOLDER / "vendor.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(VENDORED))
def test_vendored_file_has_the_checksum_written_down(name):
    entry = VENDORED[name]
    content = (FOLDER / entry["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]


def test_vendored_files_are_all_listed():
    listed = {entry["file"] for entry in VENDORED.values()}
    scripts = {str(path.relative_to(FOLDER)) for path in (FOLDER / "vendor").glob("*.js")}
    assert scripts == listed


def test_stylesheets_stay_under_fifteen_kilobytes_together():
    together = b"".join(path.read_bytes() for path in sorted((FOLDER / "css").glob("*.css")))
    assert len(gzip.compress(together)) < 15_000
