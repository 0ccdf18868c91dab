"""Whatever people try, in whatever order: the promises of the SOP hold after every single act.

Hypothesis plays submitters, reviewers, coordinators, cheats, the machine, time and accidents. After each act every
promise is asked of the database. That they are worth something is shown by planting bugs, one at a time: a rule is
patched out, and the moves that can reach it find it; or PostgreSQL refuses what the rule would have, by the name of
the constraint that the bug's entry gives.
"""

import pytest
from django.db import DatabaseError
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.machine.planted import PLANTED, only
from tests.machine.promises import HOLDS, Broken
from tests.machine.stage import World
from tests.machinery import databases
from verification import leases

# So many steps are one test, half a minute of it, so that several processes share the runs.
SLICE = 1200


@pytest.fixture(autouse=True)
def few_leases(monkeypatch):
    monkeypatch.setattr(leases, "PER_REVIEWER", HOLDS)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, share):
    """The world of all runs, committed in a database of its own: each run is a transaction that is taken back."""
    name = f"{share.database}_world"
    with django_db_blocker.unblock():
        databases.renew(share.servers.cluster, name)
        with databases.using(name):
            yield World()
        databases.drop(share.servers.cluster, name)


def play(machine, world, number, *, runs, steps, phases=(Phase.generate, Phase.shrink)):
    """Have Hypothesis play it, from a seed that says all there is to know; nothing is remembered between runs."""
    machine.world = world
    run_state_machine_as_test(
        seed(number)(machine),
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=phases,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        ),
    )


def pytest_generate_tests(metafunc):
    """The runs, in slices; each has a seed of its own."""
    if "part" in metafunc.fixturenames:
        option = metafunc.config.option
        runs, steps = map(int, (option.machine or ("500x50" if option.long else "120x30")).split("x"))
        whole = max(1, SLICE // steps)
        sizes = [min(whole, runs - begun) for begun in range(0, runs, whole)]
        parts = [(option.machine_seed + number, size, steps) for number, size in enumerate(sizes)]
        metafunc.parametrize(
            "part", parts, ids=[f"{size}x{steps}-{n}" for n, (_s, size, _t) in enumerate(parts)]
        )


def test_state_machine_keeps_every_promise(world, part):
    number, runs, steps = part
    print(f"To play it again: --machine {runs}x{steps} --machine-seed {number}")  # shown where it fails
    play(only(), world, number, runs=runs, steps=steps)


@pytest.mark.parametrize("bug", PLANTED)
def test_state_machine_finds_the_bug(world, bug):
    """From a seed that always finds it; without it the same moves keep every promise."""
    planted = PLANTED[bug]
    play(only(planted.moves), world, 1, runs=2, steps=12)
    with planted.plant(), pytest.raises((Broken, DatabaseError)) as found:
        play(only(planted.moves), world, 1, runs=40, steps=25, phases=[Phase.generate])
    if isinstance(found.value, Broken):
        assert found.value.promise in planted.breaks
    else:
        assert planted.refused_by
        assert planted.refused_by in str(found.value)
