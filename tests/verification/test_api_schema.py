"""The API's schema: valid, in both languages, true to what the API answers, and no road to a 500."""

import itertools
import json
from collections.abc import Iterator
from io import StringIO

import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from glacier import api_docs
from glacier.wsgi import application
from tests.builders import claim, published_need, returned_need, submit_need, taken_down
from tests.signing_in import sign_in
from verification import journal, kinds, people

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
SCHEMA = schemathesis.openapi.from_dict(json.loads(api_docs.schema_text("en")))
SCHEMA.app = application
OPERATIONS = [result.ok() for result in SCHEMA.get_all_operations()]  # type: ignore[union-attr]
# Short here; the tool's own command line digs as long as one likes.
QUICK = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def known(volunteer, stranger, reviewer) -> dict[str, list[str]]:
    """Numbers worth guessing: records live and gone, submissions at several statuses."""
    live = published_need(volunteer, reviewer)
    gone = taken_down(reviewer, published_need(volunteer, reviewer, organisation_name="江城第二医院"))
    sent = submit_need(volunteer, record=live.uid, remarks="更正")
    mine = submit_need(reviewer, organisation_name="江城第四医院")
    returned = returned_need(volunteer, reviewer, organisation_name="江城第五医院")
    claim(sent, reviewer)
    journal.sequence()
    submissions = [str(s.uid) for s in (sent, mine, returned)]
    return {"records": [str(live.uid), str(gone.uid)], "submissions": submissions}


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """A whole request closes the test's connection; Django's own test client prevents that likewise."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(params=["token", "session"])
def headers(request, reviewer) -> dict[str, str]:
    """A reviewer, who may do most, by token and by session."""
    if request.param == "token":
        return {"Authorization": f"Bearer {people.make_token(user=reviewer, name='fuzz')}"}
    client = Client()
    sign_in(client, reviewer)
    cookies = {"sessionid": client.cookies["sessionid"].value, "csrftoken": "a" * 32}
    return {
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "X-CSRFToken": "a" * 32,
    }


@pytest.mark.parametrize(
    "operation", OPERATIONS, ids=lambda o: f"{o.method}-{o.definition.raw['operationId']}"
)
def test_api_answers_whatever_is_asked_as_its_schema_says(operation, known, headers):
    """Generated requests, about things that exist every other time."""
    uids = itertools.cycle(
        [None, *(known["submissions"] if "submissions" in operation.path else known["records"])]
    )

    @QUICK
    @given(case=operation.as_strategy())
    def ask(case: schemathesis.Case) -> None:
        uid = next(uids)
        if uid and "uid" in (case.path_parameters or {}):
            case.path_parameters["uid"] = uid
        response = case.call(headers={"Host": "testserver", **headers})
        case.validate_response(response, checks=CHECKS)

    ask()


FIELDS = [
    "kind",
    "payload",
    "record",
    "intent",
    "reason",
    "note",
    "uid",
    "fence",
    "answers",
    "grounds",
    "data",
    "other",
    "organisation",
    "organisation_name",
    "place",
    "lines",
    "item",
    "amount",
    "unit",
    "pack_size",
    "stock",
    "no",
    "low",
    "high",
    "text",
    "urgency",
    "source_dated",
    "source_link",
    "contact_phone",
]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=20,
)


@pytest.mark.parametrize("path", ["submissions/", "submissions/{uid}/edit/", "submissions/{uid}/verify/"])
def test_api_answers_any_json_at_all_without_failing(path, known, headers):
    """Bodies of no shape in particular, with the names of our fields in them."""
    address = f"/api/v1/{path.format(uid=known['submissions'][1])}"
    client = Client(headers=headers)

    @QUICK
    @given(body=ANYTHING, payload=ANYTHING)
    def send(body: object, payload: object) -> None:
        for sent in (body, {"kind": "needs", "payload": payload, "data": payload, "answers": payload}):
            response = client.post(address, json.dumps(sent), content_type="application/json")
            assert response.status_code < 500, (sent, response.content)
            if response.status_code >= 400:
                assert set(response.json()) == {"error"}

    send()


@QUICK
@given(
    names=st.lists(
        st.sampled_from(
            ["q", "place", "item", "urgency", "freshness", "stale", "sort", "cursor", "limit", "after"]
        ),
        max_size=3,
    ),
    value=st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    path=st.sampled_from(["needs/", "changes/", "", "submissions/"]),
)
@pytest.mark.usefixtures("db")
def test_api_answers_any_query_without_failing(names, value, path):
    response = Client().get(f"/api/v1/{path}", query_params=dict.fromkeys(names, value))
    assert response.status_code in (200, 400, 401)


def test_api_schema_is_valid_without_a_warning(tmp_path):
    out = StringIO()
    call_command(
        "spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yaml"), stdout=out
    )
    assert (tmp_path / "schema.yaml").stat().st_size > 10_000


def test_api_schema_speaks_both_languages_and_names_every_address():
    english, chinese = (json.loads(api_docs.schema_text(language)) for language in ("en", "zh-hans"))
    assert list(english["paths"]) == [
        "/api/v1/",
        "/api/v1/search/",
        "/api/v1/changes/",
        "/api/v1/policy/",
        "/api/v1/submissions/",
        "/api/v1/submissions/next/",
        "/api/v1/submissions/batch/{action}/",
        "/api/v1/submissions/{uid}/",
        "/api/v1/submissions/{uid}/{action}/",
        "/api/v1/{kind}/",
        "/api/v1/{kind}/{uid}/",
        "/api/v1/{kind}/{uid}/history/",
    ]
    for path, methods in english["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"].isascii()
            assert not chinese["paths"][path][method]["summary"].isascii(), operation["summary"]


def test_api_examples_are_what_the_api_takes_and_gives(volunteer, reviewer):
    schema = json.loads(api_docs.schema_text("en"))
    asked = schema["paths"]["/api/v1/submissions/"]["post"]["requestBody"]["content"]["application/json"]
    client = Client(headers={"Authorization": f"Bearer {people.make_token(user=volunteer, name='example')}"})
    news = [e["value"] for e in asked["examples"].values() if "payload" in e["value"]]
    assert {new["kind"] for new in news} == {spec.slug for spec in kinds.every() if spec.example}
    for new in news:
        answer = client.post("/api/v1/submissions/", new, content_type="application/json")
        assert answer.status_code == 201, answer.json()
    shown = schema["paths"]["/api/v1/{kind}/{uid}/"]["get"]["responses"]["200"]["content"]["application/json"]
    example = next(e["value"] for e in shown["examples"].values() if e["value"]["kind"] == "needs")
    assert set(example) == set(json.loads(published_need(volunteer, reviewer).body))


@pytest.mark.parametrize(
    ("address", "words"), [("/api/docs/", "开放接口"), ("/en/api/docs/", "For programs")]
)
def test_api_docs_page_is_ours_alone(db, address, words):
    answer = Client().get(address, headers={"Accept-Language": "fr"})
    page = answer.content.decode()
    assert words in page
    assert 'class="top"' in page
    assert "//" not in page.replace("<!doctype html>", "")
    assert "<style" not in page
    assert page.count("<script") == page.count("<script src=") == 5
    assert "Language" not in answer["Vary"]
    assert "sessionid" not in page
