"""One site for all tests of a module in a process: it is made once, and each test's own writes are undone."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from tests.privacy import secrets
from verification.models import Outbox


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[secrets.Secrets]:
    """The site, in a transaction that is never committed."""
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        yield secrets.make()
        transaction.set_rollback(True)


@pytest.fixture
def kept(site: secrets.Secrets) -> Iterator[secrets.Secrets]:
    """The site as it was made. Its mail is its own: the demonstration shows everybody all there is."""
    with transaction.atomic():
        Outbox.objects.all().delete()
        yield site
        transaction.set_rollback(True)
