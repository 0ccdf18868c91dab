"""One site for all roles: it is made once, and what each role does is undone."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.cache import cache
from django.db import transaction
from pytest_django.fixtures import Settings

from tests import own_sign_in
from tests.authorization import colleagues, things


class Quick(PBKDF2PasswordHasher):
    """As many rounds as everybody's password has here: none is made anew, none takes its time."""

    iterations = 1


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[things.Things]:
    """The site, in a transaction that is never committed."""
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        made = things.make()
        colleagues.make(made)
        things.settle()
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def site(made: things.Things, settings: Settings, tmp_path: Path) -> Iterator[things.Things]:
    """The site as it was made; thousands of refusals are not logged one by one."""
    settings.EMAIL_FILE_PATH = tmp_path
    settings.PASSWORD_HASHERS = ["tests.authorization.conftest.Quick"]
    cache.clear()
    logging.disable(logging.CRITICAL)
    with own_sign_in.running(), transaction.atomic():
        yield made
        transaction.set_rollback(True)
    logging.disable(logging.NOTSET)
