"""What is taken in together: each by itself, as one by one, in as many statements for many as for one."""

from uuid import uuid4

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import builders
from verification import workflow
from verification.models import Event, Submission
from verification.refusals import InvalidPayload, NotFound, Unchanged
from verification.sop import Action, Status
from verification.submitting import Sent


def many(volunteer, *sent):
    sent = [Sent(one) if isinstance(one, dict) else one for one in sent]
    return workflow.submit_many(sent, kind="needs", by=volunteer)


def named(n, **changes):
    return builders.need_payload(organisation_name=f"江城{n}医院", **changes)


def test_many_are_taken_in_each_by_itself_and_refused_by_name(volunteer):
    first, wrong, nowhere, last = many(
        volunteer, named("甲"), named("乙", place="无何有"), Sent(named("丙"), record=uuid4()), named("丁")
    )
    assert [s.payload["organisation_name"] for s in (first, last)] == ["江城甲医院", "江城丁医院"]
    assert (type(wrong), list(wrong.errors), type(nowhere)) == (InvalidPayload, ["place"], NotFound)
    assert list(Submission.objects.order_by("pk")) == [first, last]
    assert [e.submission for e in Event.objects.filter(action=Action.SUBMIT).order_by("pk")] == [first, last]
    for taken in (first, last):
        stored = Submission.objects.get(pk=taken.pk)
        assert {f.attname: getattr(stored, f.attname) for f in Submission._meta.concrete_fields} == {
            f.attname: getattr(taken, f.attname) for f in Submission._meta.concrete_fields
        }
        (entry,) = stored.history.all()
        assert (entry.history_type, entry.history_user_id) == ("+", volunteer.pk)


def test_many_say_what_one_by_one_would_have_said(volunteer, reviewer):
    """A correction, one that says nothing new, one taken back by the next, the same uid twice."""
    record = builders.published_need(volunteer, reviewer)
    uid = uuid4()
    changed = builders.correction_payload(remarks="夜间可收")
    again = builders.correction_payload(remarks="白天可收")
    first, same, second, sent, twice = many(
        volunteer,
        Sent(changed, record=record.uid),
        Sent(builders.correction_payload(), record=record.uid),
        Sent(again, record=record.uid),
        Sent(named("甲"), uid=uid),
        Sent(named("乙"), uid=uid),
    )
    first.refresh_from_db()
    assert (first.status, second.status, second.base_version) == (Status.WITHDRAWN, Status.COLLECTED, 1)
    assert isinstance(same, Unchanged)
    assert sent == twice


def test_many_are_taken_in_with_as_many_queries_as_one(volunteer, reviewer):
    spent = []
    for names in ("甲", "乙丙丁"):
        records = [
            builders.published_need(volunteer, reviewer, organisation_name=f"江城{n}院") for n in names
        ]
        changed = [
            Sent(
                builders.correction_payload(organisation_name=f"江城{n}院", remarks="夜间可收"), record=r.uid
            )
            for n, r in zip(names, records, strict=True)
        ]
        new = [Sent(named(n), source="sheet", source_key=n) for n in names]
        with CaptureQueriesContext(connection) as queries:
            taken = many(volunteer, *changed, *new)
        assert all(isinstance(one, Submission) for one in taken)
        spent.append(len(queries))
    assert spent[0] == spent[1]
    assert spent[0] <= 16
