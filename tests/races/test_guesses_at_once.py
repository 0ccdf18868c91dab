"""Fifty guesses at the same moment: no more are looked at than the limit, and the owner still comes in."""

from functools import partial

from django.test import Client

from tests import people
from tests.crowd import all_at_once
from tests.verification.test_signing_in import CODE, LOGIN, by_password, code
from verification import throttling
from verification.models import Throttle

GUESSES = 50


def guess(email: str, n: int) -> int:
    return Client().post(LOGIN, {"login": email, "password": f"guess {n}"}).status_code


def test_fifty_guesses_at_one_account_never_exceed_the_limit(committed_db, clerk, monkeypatch):
    looked_at = []
    monkeypatch.setattr(
        "allauth.account.auth_backends.AuthenticationBackend._check_password",
        lambda self, user, password: looked_at.append(password) and False,
    )
    said = all_at_once([partial(guess, clerk.email, n) for n in range(GUESSES)])
    most = throttling.PASSWORD.most
    assert sorted(said) == [200] * most + [429] * (GUESSES - most)
    assert 0 < len(set(looked_at)) <= most
    assert max(Throttle.objects.values_list("tries", flat=True)) == GUESSES


def test_fifty_guesses_at_one_code_never_exceed_the_limit(committed_db, reviewer):
    browsers = [Client() for _n in range(GUESSES)]
    for browser in browsers:
        assert by_password(browser, reviewer).headers["Location"] == CODE
    wrong = next(f"{n:06}" for n in range(9) if f"{n:06}" not in {code(later=m) for m in (-1, 0, 1, 2)})
    said = all_at_once([lambda b=b: b.post(CODE, {"code": wrong}).status_code for b in browsers])
    most = throttling.CODE.most
    assert sorted(said) == [200] * most + [429] * (GUESSES - most)


def test_right_code_used_by_many_at_once_lets_one_in(committed_db, reviewer):
    browsers = [Client() for _n in range(4)]
    for browser in browsers:
        by_password(browser, reviewer)
    right = code(people.SECRET)
    said = all_at_once([lambda b=b: b.post(CODE, {"code": right}).status_code for b in browsers])
    assert sorted(said) == [200, 200, 200, 302]
