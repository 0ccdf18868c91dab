"""The policy as data: what may stand in it, which class a change is of, and that no policy goes below the floor."""

from copy import deepcopy

import pytest

from tests import builders
from verification import in_force, kinds, rules
from verification.refusals import BadPolicy
from verification.sop import Intent, Risk

SHIPPED = rules.shipped_contents()[1]


def changed(**by_class):
    """The rules that came with the software, some numbers of a class changed."""
    content = deepcopy(SHIPPED)
    for name, told in by_class.items():
        content["classes"][name] |= told
    return content


def with_lists(**lists):
    content = deepcopy(SHIPPED)
    content["lists"] = {name.replace("_", "-"): told for name, told in lists.items()}
    return content


def test_the_first_version_stands_in_a_fresh_database(db):
    now = in_force.current()
    assert (now.version, rules.content_of(now)) == (1, SHIPPED)
    dangerous = now.classes[Risk.DANGEROUS]
    assert (dangerous.people, dangerous.outsiders, dangerous.call_back) == (2, True, True)
    assert (dangerous.cooling_new, dangerous.cooling_change, dangerous.note) == (2, 24, 72)


def test_content_is_read_and_written_the_same():
    content = with_lists(needs={"new": "sensitive", "fields": {"remarks": "dangerous"}})
    read = rules.read(7, content)
    assert rules.content_of(read) == content
    assert read.fingerprint == rules.fingerprint(content)


@pytest.mark.parametrize(
    "content",
    [
        {},
        [],
        {"classes": {}, "lists": {}},
        {**SHIPPED, "exempt": ["coordinators"]},
        changed(sensitive={"people": 1}),
        changed(dangerous={"people": 1}),
        changed(dangerous={"outsiders": False}),
        changed(routine={"people": 3}),
        changed(routine={"people": 0}),
        changed(routine={"people": True}),
        changed(routine={"outsiders": 1}),
        changed(routine={"exempt": "admins"}),
        changed(routine={"cooling_new": -1}),
        changed(routine={"cooling_new": 1.5}),
        changed(dangerous={"cooling_change": 169}),
        changed(dangerous={"note": 721}),
        changed(dangerous={"note": None}),
        changed(routine={"call_back": True}),
        changed(sensitive={"call_back": True}, dangerous={"call_back": False}),
        changed(routine={"cooling_new": 12}),
        with_lists(nothing={}),
        with_lists(needs={"new": "harmless"}),
        with_lists(needs={"new": "DANGEROUS"}),
        with_lists(needs={"new": 2}),
        with_lists(needs={"fields": {"nothing": "routine"}}),
        with_lists(needs={"fields": ["remarks"]}),
        with_lists(needs={"fields": {"delivery_address": "sensitive"}}),
        with_lists(giving_channels={"fields": {"lines": "routine"}}),
        with_lists(giving_channels={"new": "sensitive"}),
        with_lists(suppliers={"fields": {"papers": "sensitive"}}),
    ],
)
def test_nothing_below_the_floor_is_read(content):
    with pytest.raises(BadPolicy) as refused:
        rules.read(2, content)
    assert refused.value.wrong
    assert all(str(words) for words in refused.value.wrong)


def test_a_policy_may_ask_for_more():
    content = changed(routine={"people": 2}, sensitive={"outsiders": True}, dangerous={"cooling_change": 48})
    content["lists"] = {
        "needs": {"new": "sensitive", "fields": {"remarks": "dangerous", "office_line": "routine"}}
    }
    read = rules.read(2, content)
    needs = kinds.get("needs")
    assert read.of_new(needs) == Risk.SENSITIVE
    assert read.of_field(needs, "remarks") == Risk.DANGEROUS
    assert read.of_field(needs, "office_line") == Risk.ROUTINE
    assert read.of_field(needs, "delivery_address") == Risk.DANGEROUS


def test_a_change_is_of_the_highest_class_it_touches():
    now = rules.shipped()[1]
    judge = lambda *touched: now.judge("needs", Intent.CORRECTION, touched).risk  # noqa: E731
    assert judge() == Risk.ROUTINE
    assert judge("remarks", "lines") == Risk.ROUTINE
    assert judge("remarks", "office_line") == Risk.SENSITIVE
    assert judge("office_line", "delivery_address") == Risk.DANGEROUS
    assert judge("a field that is gone") == Risk.DANGEROUS
    assert now.judge("needs", Intent.NEW, []).risk == Risk.ROUTINE
    assert now.judge("giving-channels", Intent.NEW, []).risk == Risk.DANGEROUS


def test_what_the_lists_declare_dangerous():
    """Bank accounts and everything by which money is led elsewhere; where goods go; papers; whom it is about."""
    now = rules.shipped()[1]
    dangerous = {
        spec.slug: {name for name in spec.fields if now.of_field(spec, name) == Risk.DANGEROUS}
        for spec in kinds.every()
    }
    assert dangerous["needs"] == {"organisation", "organisation_name", "delivery_address"}
    assert {"lines", "transfer_note", "organisation_name", "office_line", "source_link"} <= dangerous[
        "giving-channels"
    ]
    assert dangerous["suppliers"] == {"organisation", "organisation_name", "papers"}
    new = {spec.slug for spec in kinds.every() if now.of_new(spec) == Risk.DANGEROUS}
    assert new == {"giving-channels", "suppliers"}


def test_whatever_names_an_organisation_is_never_routine():
    now = rules.shipped()[1]
    for spec in kinds.every():
        for name in ("organisation", "organisation_name"):
            assert now.of_field(spec, name) > Risk.ROUTINE, (spec.slug, name)


def test_a_submission_keeps_what_it_touches_and_by_which_rules_it_was_judged(volunteer, reviewer):
    new = builders.submit_need(volunteer)
    assert (new.touched, new.policy, new.people, new.outsiders) == ([], 1, 1, False)
    record = builders.published_need(volunteer, reviewer, organisation_name="江城第四医院")
    row = builders.submit_need(
        volunteer,
        record=record.uid,
        organisation_name="江城第四医院",
        delivery_address="江城区新路1号",
        remarks="改",
    )
    row.refresh_from_db()
    assert set(row.touched) == {"delivery_address", "remarks"}
    assert (row.policy, row.risk, row.people, row.outsiders) == (1, Risk.DANGEROUS, 2, True)


def test_every_step_is_kept_with_the_version_of_the_rules(volunteer, reviewer):
    submission = builders.approve(builders.submit_need(volunteer), reviewer)
    builders.publish(submission)
    assert list(submission.events.order_by("pk").values_list("action", "policy")) == [
        ("submit", 1),
        ("verify", 1),
        ("enter", 1),
        ("publish", 1),
    ]
