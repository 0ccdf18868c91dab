"""Every version of every row the volunteers had, in every list: read without loss, and written back as it was."""

import csv
import io
import json
import re
from functools import cache

import pytest

from supplies import sheets
from supplies.cells import BLANKS, CONTACT_FIELDS, Ignored, Phones, PlaceWord, Status, text_of
from tests.shared_data import events, real_file
from tests.supplies.list_walks import kept, read
from verification import kinds
from verification.refusals import NotFound

pytestmark = pytest.mark.django_db  # the catalogue stands in the database

THEIRS = (
    "hospital",
    "donation",
    "enterprise_donation",
    "factory",
    "logistical",
    "doctor_hotel",
    "travel_hotel",
    "clinic",
)
TABLES = ("clinic", "doctor_hotel", "donation", "factory", "logistical", "travel_hotel")


def spec_of(name: str) -> kinds.Kind:
    """The list the volunteers called so; skips where it is not declared yet."""
    try:
        return sheets.list_named(name)
    except NotFound:
        pytest.skip(f"no list for {name} yet")


def test_every_list_of_the_volunteers_is_a_list_of_ours():
    assert {event["list"] for event in events()} == set(THEIRS)
    assert {sheets.list_named(name).slug for name in THEIRS} < {spec.slug for spec in kinds.every()}


@pytest.mark.parametrize("name", THEIRS)
def test_every_row_there_ever_was_comes_back_value_by_value(name):
    spec, wrong = spec_of(name), []
    for event, payload in payloads(name):
        back = sheets.written(spec, payload, event["sheet"])
        row = kept(spec, event["row"])
        if json.dumps(back, sort_keys=True) != json.dumps(row, sort_keys=True):
            wrong.append((event["key"], {h: (back.get(h), c) for h, c in row.items() if back.get(h) != c}))
    assert not wrong


@cache
def payloads(name: str) -> list[tuple[dict, dict]]:
    """Every version of every row of a list, and what it is read as."""
    spec = spec_of(name)
    return [
        (event, read(spec, event["row"], event["sheet"]))
        for event in events()
        if event["list"] == name and "row" in event
    ]


def missing(spec, row, payload) -> list[tuple[str, str]]:
    """The cells of a row that are neither in a field nor in the note to the reviewers."""
    typed = sheets.written(spec, payload | {"as_written": {}})
    held = digits("".join(str(payload.get(n) or "") for n in (*CONTACT_FIELDS, "private_note")))
    found = []
    for header, cell in row.items():
        column, text = sheets.match(spec, [header]).columns[0], text_of(cell)
        if text in BLANKS or text in ("0", "1") or isinstance(column, Ignored | PlaceWord | Status):
            continue
        if isinstance(column, Phones):
            here = all(digits(tel) in held for tel in re.split(r"[^0-9]+", text) if len(tel) >= 7)
        else:
            here = column is not None and typed.get(column.header) not in (None, "", [])
        if not here and text not in payload["private_note"]:
            found.append((header, text[:60]))
    return found


def digits(text: str) -> str:
    return "".join(character for character in text if character.isdecimal())


@pytest.mark.parametrize("name", THEIRS)
def test_what_no_field_holds_is_told_to_the_reviewers(name):
    spec, lost = spec_of(name), []
    for event, payload in payloads(name):
        lost += [(event["key"], *cell) for cell in missing(spec, event["row"], payload)]
    assert not lost


@pytest.mark.parametrize("name", TABLES)
def test_their_tables_read_as_their_rows_do(name):
    spec = spec_of(name)
    standing = json.loads(real_file(f"final-{name}.json").read_text(encoding="utf-8"))
    raw = real_file(f"sheets/{name}.csv").read_bytes()
    encoding = "gb18030" if name in ("clinic", "travel_hotel") else "utf-8-sig"
    table = list(csv.DictReader(io.StringIO(raw.decode(encoding), newline="")))

    def typed(row, sheet):
        return json.dumps(read(spec, row, sheet) | {"as_written": {}}, sort_keys=True, ensure_ascii=False)

    rows = sorted(typed(entry["row"], entry["sheet"]) for entry in standing)
    # A table of several sheets has lost which row stood in which; where a list asks for that, it is not compared.
    sheets_of = {entry["sheet"] for entry in standing}
    if len(sheets_of) > 1:
        assert len(table) == len(rows)
        return
    assert sorted(typed(row, sheets_of.copy().pop()) for row in table) == rows
