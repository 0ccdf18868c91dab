"""Calling the API as a person would, by session or by token; for the tests of submissions and steps."""

import json

import pytest
from django.test import Client

from tests.signing_in import sign_in
from verification import people
from verification.models import Submission

SUBMISSIONS = "/api/v1/submissions/"


class Caller:
    """Somebody who calls the API, by session or by token."""

    def __init__(self, *, user=None, token: str = "", check_csrf: bool = False) -> None:
        self.client = Client(enforce_csrf_checks=check_csrf)
        if user:
            sign_in(self.client, user)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str):
        return self.client.get(path, headers=self.headers)

    def post(self, path: str, body: object = None, **headers: str):
        text = body if isinstance(body, str | bytes) else json.dumps(body if body is not None else {})
        return self.client.post(
            path, data=text, content_type="application/json", headers=self.headers | headers
        )

    def act(self, submission: Submission, action: str, **body):
        return self.post(f"{SUBMISSIONS}{submission.uid}/{action}/", body)


@pytest.fixture
def by_session(database):
    return lambda user: Caller(user=user)


@pytest.fixture
def by_token(database):
    return lambda user: Caller(token=people.make_token(user=user, name="script"))


def code(response) -> str:
    return str(response.json()["error"]["code"])
