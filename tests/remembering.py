"""Small tables that processes remember are taken as shipped; a test that edits them alone sees its edit."""

import math
from collections.abc import Iterator

import pytest

from supplies import catalogue
from verification import reasons, remembered

TABLES = (catalogue.IN_FORCE, reasons.IN_FORCE)

# No look at the clock in tests: queries are counted.
remembered.CHECK_EVERY = math.inf
for _table in TABLES:
    _table.assume()


@pytest.fixture(autouse=True)
def as_shipped() -> Iterator[None]:
    """What a test's transaction wrote is forgotten with it."""
    yield
    for table in TABLES:
        table.assume()
