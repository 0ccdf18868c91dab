"""What PostgreSQL itself refuses, asked in raw SQL: the last line, whatever the code above forgets."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from tests import builders, people
from tests.fingerprints import refused
from verification.journal import acting
from verification.models import Public, Record, Submission, TakeDown
from verification.models.triggers import tracked_models

PROJECT = ("glacier", "supplies", "verification")


def ours():
    return [m for m in apps.get_models() if m._meta.app_label in PROJECT]


def execute(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_paired_stamps_are_checked_wherever_they_stand():
    """Every pair of columns x_at and x_by, found by reflection, stands under a CHECK that names both."""
    checked = set()
    for model in ours():
        if model in [m.history.model for m in tracked_models()]:
            continue
        names = {f.name for f in model._meta.concrete_fields}
        texts = [str(c.condition) for c in model._meta.constraints if isinstance(c, models.CheckConstraint)]
        for name in sorted(n.removesuffix("_at") for n in names if n.endswith("_at")):
            at, by = model._meta.get_field(f"{name}_at"), f"{name}_by"
            if by not in names or not at.null:
                continue
            assert any(f"{name}_at" in text and by in text for text in texts), f"{model.__name__}.{name}"
            checked.add((model.__name__, name))
    assert {("Submission", "verified"), ("Submission", "entered"), ("Submission", "closed")} <= checked
    assert ("TakeDown", "looked") in checked


def test_record_subclasses_inherit_its_constraints():
    """A subclass's own Meta silently drops the abstract one's unless it inherits it."""
    subclasses = [m for m in ours() if issubclass(m, Record) and not m._meta.abstract]
    assert subclasses
    for model in subclasses:
        names = {c.name for c in model._meta.constraints}
        wanted = {c.name % {"class": model.__name__.lower()} for c in Record._meta.constraints}
        assert wanted <= names, model


@pytest.fixture
def submission(volunteer, reviewer):
    return builders.submit_need(volunteer)


_ENTERED = "verified_at = now(), verified_by_id = 1, entered_at = now(), entered_by_id = 2"
SUBMISSION = "UPDATE verification_submission SET {} WHERE id = %s"


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("status = 'approved'", "submission_status_known"),
        ("intent = 'wish', base_version = 1", "submission_intent_known"),
        ("origin = 'rumour'", "submission_origin_known"),
        ("risk = 3, people = 2, outsiders = true", "submission_risk_known"),
        ("closed_at = clock_timestamp()", "submission_closed_stamp"),
        ("closed_by_id = submitted_by_id", "submission_closed_stamp"),
        ("status = 'verified', verified_at = clock_timestamp()", "submission_verified_stamp"),
        ("status = 'rejected', verified_by_id = 1", "submission_verified_stamp"),
        (
            "status = 'verified', verified_at = clock_timestamp(), verified_by_id = 1, entered_by_id = 1",
            "entered_stamp",
        ),
        ("authors = '{}'", "submission_submitter_is_author"),
        ("status = 'verified', verified_at = now(), verified_by_id = submitted_by_id", "verifier_no_author"),
        (
            "status = 'entered', verified_at = now(), verified_by_id = 1, entered_at = now(), "
            "entered_by_id = submitted_by_id, due_at = now()",
            "enterer_no_author",
        ),
        (
            "status = 'entered', risk = 1, people = 2, verified_at = now(), verified_by_id = 1, "
            "entered_at = now(), entered_by_id = 1, due_at = now()",
            "submission_two_people",
        ),
        ("risk = 1", "submission_people"),
        ("people = 3", "submission_people"),
        ("people = 0", "submission_people"),
        ("risk = 2, people = 2", "submission_outsiders"),
        (f"status = 'entered', {_ENTERED}", "submission_due_stamp"),
        (f"status = 'entered', {_ENTERED}, due_at = now() - interval '1 second'", "submission_due_stamp"),
        ("due_at = now()", "submission_due_stamp"),
        (
            f"status = 'published', {_ENTERED}, due_at = now() + interval '1 hour', "
            "closed_at = now(), closed_by_id = 1",
            "submission_cooled_off",
        ),
        ("status = 'verified'", "submission_steps_verified"),
        ("status = 'entered', verified_at = now(), verified_by_id = 1", "submission_steps_entered"),
        ("status = 'published', verified_at = now(), verified_by_id = 1", "submission_steps_entered"),
        ("verified_at = now(), verified_by_id = 1", "submission_steps_void"),
        ("base_version = 1", "submission_base"),
        ("intent = 'correction'", "submission_base"),
        ("base_version = -1", "base"),
    ],
)
def test_submission_cannot_be_in_a_state_nobody_can_reach(submission, change, constraint):
    with pytest.raises(IntegrityError, match=constraint), acting(by=submission.submitted_by, reason="raw"):
        execute(SUBMISSION.format(change), submission.pk)


def test_submission_uid_is_given_once(submission, volunteer):
    other = builders.submit_need(volunteer, organisation_name="江城第四医院")
    with pytest.raises(IntegrityError), acting(by=volunteer, reason="raw"):
        execute(
            SUBMISSION.format("uid = (SELECT uid FROM verification_submission WHERE id = %s)"),
            submission.pk,
            other.pk,
        )


@pytest.mark.parametrize("change", ["""payload = '{"urgency": "critical"}'""", "schema = 7"])
def test_payload_is_frozen_once_a_step_stands(submission, reviewer, change):
    builders.verify(submission, reviewer)
    with pytest.raises(Exception, match="frozen"), acting(by=reviewer, reason="raw"):
        execute(SUBMISSION.format(change), submission.pk)


def test_event_of_a_version_is_published_once(volunteer, reviewer):
    record = builders.published_need(volunteer, reviewer)
    with pytest.raises(IntegrityError, match="event_publish_once"), transaction.atomic():
        execute(
            "INSERT INTO verification_event (actor_id, role, action, kind, submission_id, record, version, reason, "
            "sop_version, answers, request_id, public_text, private_text, body, public_salt, private_salt) "
            "SELECT actor_id, role, action, kind, submission_id, record, version, reason, sop_version, answers, "
            "request_id, public_text, private_text, body, public_salt, private_salt "
            "FROM verification_event WHERE record = %s AND action = 'publish'",
            record.uid,
        )


EVENT = (
    "INSERT INTO verification_event (actor_id, role, action, kind, sop_version, answers, reason, request_id, "
    "public_text, private_text, body, public_salt, private_salt) "
    "VALUES ({actor}, 'reviewer', {action}, 'needs', 1, '{{}}', {reason}, '', '', '', '', '', '')"
)


@pytest.mark.parametrize(
    "action", ["return", "reject", "duplicate", "withdraw", "send_back", "reopen", "take_down"]
)
def test_event_of_a_refusal_carries_a_reason(db, action):
    with pytest.raises(IntegrityError, match="event_reason_given"), transaction.atomic():
        execute(EVENT.format(actor=1, action=f"'{action}'", reason="''"))


@pytest.mark.parametrize(
    "values",
    [
        {"actor": "NULL", "action": "'submit'", "reason": "''"},
        {"actor": "1", "action": "'approve'", "reason": "''"},
        {"actor": "1", "action": "'submit'", "reason": "NULL"},
        {"actor": "999999", "action": "'submit'", "reason": "''"},
    ],
)
def test_event_names_an_actor_an_action_and_a_reason(db, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        execute(EVENT.format(**values))
        execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("table", ["verification_event", "verification_leaf"])
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_journal_is_append_only(submission, table, change):
    statement = change.format(table).replace(
        "SET id = id", "SET seq = seq" if "leaf" in table else "SET reason = 'x'"
    )
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(Exception, match="append-only"), transaction.atomic():
        execute(statement)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("state = 'hidden', gone_at = now()", "public_state_known"),
        ("freshness = 'new'", "public_freshness_known"),
        ("gone_at = now()", "public_gone"),
        ("state = 'withdrawn'", "public_gone"),
    ],
)
def test_public_row_is_live_or_gone(volunteer, reviewer, change, constraint):
    builders.published_need(volunteer, reviewer)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        execute(f"UPDATE verification_public SET {change}")


@pytest.mark.parametrize(
    ("change", "constraint"),
    [("version = 0", "need_version"), ("state = 'hidden'", "need_state_known")],
)
def test_record_is_what_the_lists_know(volunteer, reviewer, change, constraint):
    builders.published_need(volunteer, reviewer)
    with pytest.raises(IntegrityError, match=constraint), acting(by=reviewer, reason="raw"):
        execute(f"UPDATE supplies_need SET {change}")


def test_record_is_known_by_its_source_once(volunteer, reviewer):
    for name in ("甲", "乙"):
        builders.published_need(volunteer, reviewer, organisation_name=f"江城{name}医院")
    with pytest.raises(IntegrityError, match="need_source_key"), acting(by=reviewer, reason="raw"):
        execute("UPDATE supplies_need SET source = 'sheet', source_key = 'row'")


def test_take_down_is_looked_at_by_a_second_person(volunteer, reviewer, other_reviewer):
    builders.taken_down(reviewer, builders.published_need(volunteer, reviewer))
    taken = TakeDown.objects.get()
    for change in ({"looked_by": reviewer, "looked_at": timezone.now()}, {"looked_by": other_reviewer}):
        with pytest.raises(IntegrityError, match="take_down_second_person"), transaction.atomic():
            TakeDown.objects.update(**change)
    with pytest.raises(IntegrityError, match="take_down_once"), transaction.atomic():
        TakeDown.objects.create(record=taken.record, version=taken.version, taken_by=other_reviewer)


def test_people_and_houses_are_who_they_are(hospital, clerk, stranger):
    by = people.registrar()
    for sql, values, constraint in (
        (
            "UPDATE verification_organisation SET merged_into_id = id WHERE id = %s",
            [hospital.pk],
            "merged_into_itself",
        ),
        (
            "UPDATE verification_user SET email = upper(%s) WHERE id = %s",
            [clerk.email, stranger.pk],
            "user_email_case",
        ),
        (
            "UPDATE verification_user SET pseudonym = %s WHERE id = %s",
            [clerk.pseudonym, stranger.pk],
            "pseudonym",
        ),
        (
            "UPDATE verification_user SET is_robot = true, is_staff = true WHERE id = %s",
            [clerk.pk],
            "robot_no_power",
        ),
        (
            "INSERT INTO verification_membership (user_id, organisation_id, is_admin, way) "
            "VALUES (%s, %s, false, 'appointed')",
            [clerk.pk, hospital.pk],
            "membership_once",
        ),
    ):
        with pytest.raises(IntegrityError, match=constraint), acting(by=by, reason="raw"):
            execute(sql, *values)


def test_constraints_leave_nothing_behind(submission):
    with refused(IntegrityError), acting(by=submission.submitted_by, reason="raw"):
        execute(SUBMISSION.format("status = 'approved'"), submission.pk)
    assert Submission.objects.count() == 1
    assert not Public.objects.exists()
