"""What colluders get under the drawing, and what the report of pairs says of them.

The long figures are played in memory; that the play draws as the product does is tested first, window by window, on
PostgreSQL.
"""

import random
from collections import Counter

import pytest
from django.utils import timezone

from tests import builders, people
from tests.verification import office
from tests.verification.office import Entry, Office, share
from verification import drawing, leases, pairs
from verification import people as core_people
from verification.models import Submission
from verification.sop import Risk, Status

REVIEWERS, HOUSES = 50, 10


def by_chance(colluders):
    """How much of everything two of so many would decide together if all were drawn."""
    return colluders * (colluders - 1) / (REVIEWERS * (REVIEWERS - 1))


class Beside:
    """Chance that holds what is offered against the play, then draws for both."""

    def __init__(self, played, who, rng):
        self.played, self.who, self.rng = played, who, rng

    def choice(self, among):
        assert [one.pk for one in among] == [entry.number for entry in self.played.window(self.who)]
        return self.rng.choice(among)


@pytest.fixture
def corrections(volunteer, reviewer):
    """Sensitive changes of published records, each asking for two people."""
    sent = []
    for n in range(12):
        name = f"江城第{n}医院"
        record = builders.published_need(volunteer, reviewer, organisation_name=name)
        sent.append(
            builders.submit_need(
                volunteer, record=record.uid, organisation_name=name, office_line="027-85550199"
            )
        )
    assert {one.risk for one in sent} == {Risk.SENSITIVE}
    return sent


def test_the_play_draws_as_the_product_does(corrections, reviewer, monkeypatch):
    """Both steps, put-backs and pairs that meet often included; the window shorter, so that it bounds something."""
    monkeypatch.setattr(drawing, "WINDOW", 4)
    monkeypatch.setattr(pairs, "FEW", 2)
    house = people.make_organisation("审核队", "team")
    crew = [people.make_reviewer(f"crew{n}", house) for n in range(3)]
    rng, played = random.Random(7), Office([user.pk for user in crew], random.Random(0))
    for sent in corrections:
        played.send(Entry(sent.pk))
    steps = Counter()
    for turn in range(40):
        user = crew[0] if turn % 2 else rng.choice(crew)
        if not played.may_draw(user.pk) or not played.window(user.pk):
            steps["nothing"] += 1
            continue
        drawn = drawing.draw(by=user, chance=Beside(played, user.pk, rng))
        sent, fence = drawn.submission, drawn.fence
        played.left[user.pk][sent.pk] = played.now
        if turn % 9 == 4:
            leases.release(sent.pk, by=user)
            steps["put back"] += 1
            continue
        step = builders.verify if sent.status == Status.COLLECTED else builders.enter
        step(sent, user, fence=fence)
        played.decide(user.pk, played.waiting[sent.pk])
        steps["decided"] += 1
    assert steps["decided"] >= 20
    assert steps["put back"] >= 3
    report = pairs.report()
    told = {(pair.ids, pair.times, round(pair.expected, 9)) for pair in report.pairs}
    firsts, seconds = (Counter(getattr(e, s) for e in played.done) for s in ("verifier", "enterer"))
    met = Counter(tuple(sorted((e.verifier, e.enterer))) for e in played.done)
    assert report.decided == len(played.done)
    assert told == {
        (pair, times, round(office.expected(pair, firsts, seconds, len(played.done)), 9))
        for pair, times in met.items()
    }


def test_fifty_reviewers_on_the_real_drawing(volunteer, corrections):
    """Ten houses, five colluders, every window drawn from by the product itself."""
    houses = [people.make_organisation(f"审核队{n}", "team") for n in range(HOUSES)]
    crew = [people.make_reviewer(f"crew{n}", houses[n % HOUSES]) for n in range(REVIEWERS)]
    rng, colluders = random.Random(3), {user.pk for user in crew[:5]}
    while Submission.objects.filter(pk__in=[one.pk for one in corrections], entered_by=None).exists():
        user = rng.choice(crew)
        if drawing.window(core_people.standing(user, now=timezone.now())):
            drawn = drawing.draw(by=user)
            step = builders.verify if drawn.submission.status == Status.COLLECTED else builders.enter
            step(drawn.submission, user, fence=drawn.fence)
    done = Submission.objects.filter(pk__in=[one.pk for one in corrections])
    both = [one for one in done if {one.verified_by_id, one.entered_by_id} <= colluders]
    assert len(both) <= 2
    assert pairs.report().flagged == []


def only_others_by_day(colluders, others):
    """The colluders work from midnight to six, with so many others; everybody else works by day."""
    night = range(colluders + others)

    def on_duty(minute):
        return night if minute % office.DAY < office.DAY / 4 else range(colluders, REVIEWERS)

    return on_duty


def not_theirs(played, who, entry):
    """Put back what they did not send, as long as the next one is handed out."""
    held = sum(at > played.now - office.HOUR for at in played.left[who].values())
    return not entry.wanted and held < drawing.PUT_BACK


SIZE = [3000, pytest.param(30_000, marks=pytest.mark.long)]


@pytest.mark.parametrize("records", SIZE)
@pytest.mark.parametrize("number", [2, 5])
def test_colluders_who_work_like_everybody_get_what_chance_gives(number, records):
    played = office.work(records=records, colluders=range(number))
    got, chance = share(played, range(number)), by_chance(number)
    spread = 4 * (chance / records) ** 0.5
    assert abs(got - chance) <= spread, f"{got:.5f} against {chance:.5f}"
    assert office.flagged(played) == []


@pytest.mark.parametrize("records", SIZE)
@pytest.mark.parametrize("number", [2, 5])
def test_putting_back_what_they_do_not_want_gives_them_less(number, records):
    """They are handed nothing more for most of each hour, and others decide."""
    played = office.work(records=records, colluders=range(number), puts_back=not_theirs)
    assert share(played, range(number)) <= by_chance(number)
    assert share(played, range(number), wanted=True) <= 4 * by_chance(number) + 3 / (records / 50)


@pytest.mark.parametrize("records", SIZE)
@pytest.mark.parametrize("number", [2, 5])
def test_colluders_alone_at_night_get_more_and_are_reported(number, records):
    """The drawing cannot hand out to people who are not there; the report names those who always meet."""
    played = office.work(
        records=records, colluders=range(number), on_duty=only_others_by_day(number, others=0)
    )
    assert share(played, range(number)) > by_chance(number)
    flagged = office.flagged(played)
    assert {person for pair in flagged for person in pair} == set(range(number))
    assert share(played, range(number)) < 0.08
