"""Who decides together with whom: counted in one query, flagged where chance does not explain it."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from tests import builders, people
from verification import pairs
from verification.models import User


def decided(verifier, enterer, number):
    """So many entries both of whose steps these two took, as the database has them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('glacier.actor', '1', true)")
        cursor.execute(
            """
            UPDATE verification_submission
               SET status = 'entered', verified_at = now(), verified_by_id = %s, entered_at = now(), due_at = now(),
                   entered_by_id = %s
             WHERE id IN (SELECT id FROM verification_submission WHERE status = 'collected' ORDER BY id LIMIT %s)
            """,
            [verifier.pk, enterer.pk, number],
        )
        cursor.execute("SELECT set_config('glacier.actor', '', true)")


@pytest.fixture
def crew(alliance):
    return [people.make_reviewer(f"crew{n}", alliance) for n in range(7)]


@pytest.fixture
def sent(volunteer):
    return [builders.submit_need(volunteer, organisation_name=f"江城第{n}医院") for n in range(120)]


def test_report_is_empty_where_nobody_decided_with_another(reviewer, volunteer):
    builders.published_need(volunteer, reviewer)
    assert pairs.report() == pairs.Report([], 0, 0)


def test_report_flags_the_pair_that_chance_does_not_explain(sent, crew):
    one, two, *others = crew
    decided(one, two, 28)
    for first in others:
        for second in {*others} - {first}:
            decided(first, second, 4)
    decided(one, others[0], 3)
    decided(others[0], two, 3)
    report = pairs.report()
    assert (report.decided, report.people) == (28 + 80 + 6, 7)
    assert [pair.names for pair in report.flagged] == [(one.pseudonym, two.pseudonym)]
    first = report.pairs[0]
    assert (first.ids, first.times) == ((one.pk, two.pk), 28)
    assert first.expected < 10


def test_report_does_not_flag_two_who_are_all_there_are(sent, crew):
    decided(crew[0], crew[1], 30)
    decided(crew[1], crew[0], 20)
    (pair,) = pairs.report().pairs
    assert (pair.times, round(pair.expected), pair.flagged) == (50, 50, False)


def test_report_forgets_after_ninety_days(sent, crew):
    decided(crew[0], crew[1], 8)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('glacier.actor', '1', true)")
        cursor.execute(
            "UPDATE verification_submission SET entered_at = now() - interval '91 days' WHERE entered_at IS NOT NULL"
        )
    assert pairs.report().pairs == []
    assert pairs.met_often(crew[0]) == set()


def test_met_often_is_far_more_than_the_others(sent, crew):
    for n, other in enumerate(crew[1:]):
        decided(crew[0], other, 24 if n == 0 else 3)
    assert pairs.met_often(crew[0]) == {crew[1].pk}
    assert pairs.met_often(crew[1]) == set()  # nobody else was there


@pytest.mark.parametrize(
    ("times", "expected", "flagged"),
    [(4, 0.001, False), (5, 0.05, True), (20, 12, False), (40, 12, True), (5, 5, False), (5, 0, True)],
)
def test_flagged_is_what_chance_hardly_gives(times, expected, flagged):
    assert pairs.is_flagged(times, expected, possible=1225) is flagged


@pytest.mark.parametrize(
    ("times", "expected", "tail"), [(0, 2, 1.0), (1, 2, 0.864665), (5, 2, 0.052653), (30, 10, 2.51e-7)]
)
def test_tail_is_poisson_s(times, expected, tail):
    assert pairs.at_least(times, expected) == pytest.approx(tail, rel=1e-2)


def test_command_tells_the_pairs(sent, crew):
    decided(crew[0], crew[1], 6)
    out = StringIO()
    call_command("pairs", "--all", stdout=out)
    told = out.getvalue()
    assert f"{crew[0].pseudonym} + {crew[1].pseudonym}" in told
    assert "0 flagged; 6 entries were decided by two of 2 people." in told
    assert User.objects.filter(is_staff=True).count() == 0
