"""The rules on pages: generated for everybody, changed by two people, and the call-back they ask for in the form."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from tests import builders
from tests.signing_in import sign_in
from verification import in_force, leases, rules
from verification.models import Policy
from verification.sop import CHECKLISTS, Action, Risk, Status

FORM = {
    "action": "propose_policy",
    "reason": "医院反映二十四小时太短",
    **{f"{name}-people": "2" for name in ("sensitive", "dangerous")},
    **{
        f"{name}-{rule}": "0"
        for name in ("routine", "sensitive")
        for rule in ("cooling_new", "cooling_change", "note")
    },
    "routine-people": "1",
    "dangerous-outsiders": "on",
    "dangerous-call_back": "on",
    "dangerous-cooling_new": "2",
    "dangerous-cooling_change": "48",
    "dangerous-note": "72",
    "field": ["needs.remarks", "clinics", ""],
    "class": ["sensitive", "sensitive", ""],
}


def signed_in(user, **more) -> Client:
    client = Client()
    sign_in(client, user, **more)
    return client


def test_rules_are_changed_on_pages_by_two_people(reviewer, other_reviewer):
    one, other = signed_in(reviewer), signed_in(other_reviewer)
    assert one.post("/review/rules/", FORM).status_code == 302
    proposed = Policy.objects.get(pk=2)
    assert proposed.content["lists"] == {
        "needs": {"fields": {"remarks": "sensitive"}},
        "clinics": {"new": "sensitive"},
    }
    page = other.get("/review/rules/").content.decode()
    assert "48" in page
    assert proposed.fingerprint in page
    adopted = {"action": "adopt_policy", "version": "2", "fingerprint": proposed.fingerprint}
    assert one.post("/review/rules/", adopted).status_code == 403
    assert other.post("/review/rules/", adopted).status_code == 302
    assert in_force.current().version == 2
    public = Client().get("/about/rules/").content.decode()
    assert reviewer.pseudonym in public
    assert other_reviewer.pseudonym in public
    assert "医院反映二十四小时太短" in public


def test_what_was_typed_is_not_lost(reviewer):
    answer = signed_in(reviewer).post(
        "/review/rules/", {**FORM, "dangerous-people": "1", "routine-note": "x"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'role="alert"' in page
    assert FORM["reason"] in page
    assert re.search(r'name="dangerous-cooling_change"[^>]*value="48"', page)
    assert Policy.objects.filter(version__gt=1).count() == 0


def test_a_stale_factor_opens_nothing(reviewer):
    stale = signed_in(reviewer, ago=3600)
    assert stale.get("/review/rules/").status_code == 302
    assert stale.post("/review/rules/", FORM).status_code == 403
    assert not Policy.objects.filter(version__gt=1).exists()


@pytest.mark.parametrize("who", ["volunteer", "coordinator"])
def test_rules_are_nobody_elses(request, who):
    client = signed_in(request.getfixturevalue(who))
    assert client.post("/review/rules/", FORM).status_code == 403
    assert not Policy.objects.filter(version__gt=1).exists()


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_method_is_written_from_the_policy_in_force(db, prefix):
    answer = Client().get(f"{prefix}/about/")
    page = answer.content.decode()
    assert ("72 小时" if not prefix else "72 hours") in page
    assert "/api/v1/policy/" in page
    for path in (f"{prefix}/about/", f"{prefix}/about/rules/", "/api/v1/policy/"):
        first = Client().get(path)
        again = Client().get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (first.status_code, again.status_code) == (200, 304)


def test_programs_read_the_policy_in_force(db):
    told = Client().get("/api/v1/policy/").json()
    assert (told["version"], told["fingerprint"]) == (1, rules.fingerprint(rules.shipped_contents()[1]))
    assert told["classes"]["dangerous"]["cooling_change"] == 24
    assert told["lists"]["needs"]["fields"]["delivery_address"] == "dangerous"
    assert told["lists"]["giving-channels"]["new"] == "dangerous"


def test_the_form_asks_for_the_call_back_and_keeps_what_was_typed(volunteer, reviewer):
    record = builders.published_need(volunteer, reviewer)
    row = builders.submit_need(volunteer, record=record.uid, delivery_address="江城区新路1号")
    builders.claim(row, reviewer)
    client = signed_in(reviewer)
    page = client.get(f"/review/{row.uid}/").content.decode()
    assert 'name="called_at"' in page
    (fence,) = re.findall(r'id="review-fence" name="fence" value="(\d+)"', page)
    sent = {
        "action": "verify",
        "fence": fence,
        "answers": list(CHECKLISTS[Action.VERIFY]),
        "grounds": ["call_back"],
        "called_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
        "called_line": "13900000001",
    }
    refused = client.post(f"/review/{row.uid}/", sent)
    assert refused.status_code == 422
    assert 'value="13900000001"' in refused.content.decode()
    assert client.post(f"/review/{row.uid}/", {**sent, "called_line": "027-85550100"}).status_code == 302
    row.refresh_from_db()
    assert (row.status, row.risk) == (Status.VERIFIED, Risk.DANGEROUS)
    leases.release(row.pk, by=reviewer)


def test_the_form_asks_for_no_call_where_the_class_does_not(volunteer, reviewer):
    row = builders.submit_need(volunteer)
    assert 'name="called_at"' not in signed_in(reviewer).get(f"/review/{row.uid}/").content.decode()
