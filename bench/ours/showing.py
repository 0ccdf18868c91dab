"""Pages as HTML, made in this process: what they cost in Python, PostgreSQL's work apart."""

import time
from functools import cache
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory

from verification.listing import Listing

PAGES = 12


def costs() -> dict[str, Any]:
    """Milliseconds of processor time for a list page of fifty records: never shown before, and shown just now.

    And for a record's page. What a process keeps for good was filled before. Of a dozen pages the least counts:
    whoever else works on the machine can only add to it.
    """
    view = Listing("needs")
    addresses, page = ["/needs/"], view.page()
    record = f"/needs/{page.rows[0].uid}/"
    while len(addresses) < PAGES and page.next_cursor:
        addresses.append(f"/needs/?{view.query_string(cursor=page.next_cursor)}")
        page = view.page(page.next_cursor)
    for address in ("/needs/?sort=newest", record):
        _milliseconds(address)
    cold = [_milliseconds(address) for address in addresses]
    warm = [_milliseconds(address) for address in addresses]
    of_record = [_milliseconds(record) for _turn in range(PAGES)]
    return {"cold_ms": min(cold), "warm_ms": min(warm), "record_ms": min(of_record)}


@cache
def _site() -> WSGIHandler:
    return WSGIHandler()


def _milliseconds(address: str) -> float:
    site, request = (
        _site(),
        RequestFactory(headers={"host": "localhost", "accept-encoding": "gzip"}).get(address),
    )
    begun = time.process_time()
    response = site.get_response(request)
    passed = time.process_time() - begun
    if response.status_code != 200:
        raise RuntimeError(f"{address} answers {response.status_code}")
    return passed * 1000
