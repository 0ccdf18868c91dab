"""A share of the needs: prepared as a publication prepares them, written by COPY, counted as always."""

import os
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from bench.seed import copying, inventing
from bench.seed.people import REVIEWERS, SUBMITTERS
from verification import counting, duplicates, journal, kinds, preparing, rendering
from verification.models import Event, Leaf, Organisation, Public, Robot, Submission
from verification.preparing import Material, Told
from verification.sop import SOP_VERSION, Action, Intent, Origin, Role, Status

CHUNK = 1000
EVENTS = 2  # of each published need: verified, published


class Share:
    """One process's part of the work; every number stands for one submission and its record."""

    def __init__(self, firsts: dict[str, int], needs: int, waiting: int, houses: int, now: str) -> None:
        self.firsts, self.needs, self.waiting, self.houses = firsts, needs, waiting, houses
        self.now = datetime.fromisoformat(now)
        self.rare_every = max(8, needs // inventing.RARE_NEEDS)
        self.spec = kinds.get("needs")
        self.publisher = Robot.PUBLISHER.value
        self.organisations = {o.pk: o for o in Organisation.objects.all()}

    def status(self, n: int) -> Status:
        """Published, and after those some that are entered, then some that are collected."""
        if n < self.needs:
            return Status.PUBLISHED
        return Status.ENTERED if n < self.needs + self.waiting else Status.COLLECTED

    def submission(self, n: int) -> Submission:
        """The n-th submission."""
        # Every twentieth of the published is about a house of the register, each about another.
        house = self.organisations[self.firsts["house"] + n] if n < self.houses else None
        payload = inventing.payload(n, self.rare_every, str(house.uid) if house else None)
        if house is not None:
            payload |= {"organisation_name": house.name, "place": house.place}
        status, verified = self.status(n), inventing.verified_at(n, self.now)
        stamped = status != Status.COLLECTED
        entered = min(verified + timedelta(minutes=4), self.now)
        due = entered if status == Status.PUBLISHED else self.now + timedelta(microseconds=n)
        sender = self.firsts["sender"] + n % SUBMITTERS
        return Submission(
            pk=n + 1,
            uid=inventing.uid(n, 1),
            kind="needs",
            intent=Intent.NEW,
            record=inventing.uid(n, 2),
            identity=duplicates.identity_of(self.spec, payload),
            payload=payload,
            schema=self.spec.schema,
            origin=Origin.VOLUNTEER,
            organisation=house,
            policy=1,
            risk=self.spec.risk,
            people=1,
            outsiders=False,
            status=status,
            authors=[sender],
            submitted_at=verified - timedelta(minutes=20),
            submitted_by_id=sender,
            verified_at=verified if stamped else None,
            verified_by_id=self.reviewer(n) if stamped else None,
            entered_at=entered if stamped else None,
            entered_by_id=self.reviewer(n + 1) if stamped else None,
            # What is entered is due in the order of the numbers, in which the peer takes it too.
            due_at=due if stamped else None,
            closed_at=verified + timedelta(minutes=5) if status == Status.PUBLISHED else None,
            closed_by_id=self.publisher if status == Status.PUBLISHED else None,
        )

    def reviewer(self, n: int) -> int:
        """Who took the step."""
        return self.firsts["reviewer"] + n % REVIEWERS

    def trust(self, n: int, submission: Submission) -> dict[str, Any]:
        """Who took the two steps, in public words."""

        def stamp(number: int, at: datetime | None) -> dict[str, Any]:
            who = number % REVIEWERS
            return {
                "by": f"reviewer-{who}",
                "role": Role.REVIEWER,
                "organisation": f"核实队{who}",
                "at": rendering.exact(at),
            }

        return {
            "verified": {**stamp(n, submission.verified_at), "grounds": inventing.grounds(n)},
            "entered": stamp(n + 1, submission.entered_at),
        }

    def write(self, numbers: range) -> None:
        """Some hundred of them."""
        submissions = [self.submission(n) for n in numbers]
        records, rows, events, leaves = [], [], [], []
        for n, submission in zip(numbers, submissions, strict=True):
            submission.likeness = duplicates.likeness_of(
                self.spec, submission.payload, submission.organisation
            )
            if submission.status != Status.PUBLISHED:
                events.append(self.event(self.first_event(self.needs) + n, n, submission, Action.VERIFY))
                continue
            assert submission.closed_at
            told = Told(self.trust(n, submission), submission.organisation)
            material = Material({}, {}, {submission.pk: told}, submission.closed_at)
            ready = preparing.prepare(submission, material)
            ready.record.pk = n + 1
            thresholds = self.spec.intervals.thresholds(rendering.looked_at(ready.record))
            ready.row.freshness = rendering.freshness_at(thresholds, self.now)
            records.append(ready.record)
            rows.append(ready.row)
            events.append(self.event(self.first_event(n), n, submission, Action.VERIFY))
            events.append(self.event(self.first_event(n) + 1, n, submission, Action.PUBLISH, ready.row))
        for event in events:
            if event.pk < self.first_event(self.needs):
                hashed = journal.leaf_hash(event.pk, event)
                leaves.append(Leaf(seq=event.pk, event_id=event.pk, hash=hashed))
        for batch in (submissions, records, rows, events, leaves):
            copying.copy(batch)
        if rows:
            with transaction.atomic():
                counting.note_changes([(None, row) for row in rows])

    def first_event(self, n: int) -> int:
        """The number of the first event of this need; each that is published has as many."""
        return self.firsts["event"] + EVENTS * n

    def event(
        self, pk: int, n: int, submission: Submission, action: Action, row: Public | None = None
    ) -> Event:
        """What the journal says of it."""
        return Event(
            pk=pk,
            at=(submission.verified_at or self.now) + timedelta(minutes=5 if row else 0),
            actor_id=self.publisher if row else self.reviewer(n),
            role=Role.ROBOT if row else Role.REVIEWER,
            action=action,
            kind="needs",
            submission_id=submission.pk,
            record=submission.record,
            version=1 if row else None,
            sop_version=SOP_VERSION,
            answers={} if row else {"grounds": inventing.grounds(n)},
            body=row.body if row else "",
            public_salt=os.urandom(16),
            private_salt=os.urandom(16),
        )


def fill(first: int, last: int, **values: Any) -> dict[str, float]:
    """Write the needs of these numbers."""
    share = Share(**values)
    refuse_odd_shapes(share, range(first, min(last, first + 20)))
    copying.unguarded()
    for start in range(first, last, CHUNK):
        share.write(range(start, min(last, start + CHUNK)))
    connection.close()
    return {"written": last - first}


def refuse_odd_shapes(share: Share, numbers: range) -> None:
    """What we put together by hand is what the list's own form would have made of it."""
    for n in numbers:
        payload = share.submission(n).payload
        cleaned = share.spec.clean({name: value for name, value in payload.items() if value is not None})
        if {k: v for k, v in cleaned.items() if k != "organisation"} != {
            k: v for k, v in payload.items() if k != "organisation"
        }:
            raise AssertionError(f"seeded otherwise than the form cleans it: {payload} {cleaned}")
