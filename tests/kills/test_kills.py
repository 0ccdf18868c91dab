"""Approvals by several processes while web, worker, Valkey and PostgreSQL are killed with -9: none lost, none twice.

`--control` runs the ordinary way beside it, a task per record and no clock, which is seen to lose.
"""

import sys
import time

import pytest
from django.db import connection

from glacier.runner import commands
from tests import builders, people
from tests.callers import Caller
from tests.kills.storm import Approvers, Storm, Work, approve, seconds_until
from tests.machinery.runs import free_port
from tests.signing_in import open_session
from tests.verification.test_publishing import recount
from verification import counting, rehearsing, workflow
from verification.models import Attempt, Event, Leaf, Public, Submission, Unsequenced
from verification.sop import Action, Status

APPROVERS = 4
# Each reviewer's share: no more than one person may hold.
EACH = 25
FIGURES = [
    pytest.param(500, 8, id="500-8"),
    pytest.param(5000, 40, id="5000-40", marks=pytest.mark.long),
]


@pytest.fixture
def control(request):
    """Only where it was asked for; before any server is started."""
    if not request.config.getoption("--control"):
        pytest.skip("the control arm runs with --control")


@pytest.fixture
def own(cluster, django_db_blocker):
    """Servers of this test's own, as durable as in production, and Django in this process on them."""
    made = cluster()
    with django_db_blocker.unblock(), made.connected():
        yield made


def verified_needs(number):
    """As many verified needs, each waiting to be entered by the reviewer who verified it."""
    house = people.make_organisation("核实联盟", "team")
    volunteer = people.make_member("volunteer", people.make_organisation("江城志愿队", "team"))
    work = []
    for start in range(0, number, EACH):
        names = [f"江城{n}号医院" for n in range(start, min(start + EACH, number))]
        needs = [builders.submit_need(volunteer, organisation_name=n, lines=[builders.line()]) for n in names]
        reviewer, ids = people.make_reviewer(f"reviewer{start}", house), [need.pk for need in needs]
        fence = rehearsing.take(ids, by=reviewer)
        workflow.advance(
            ids, Action.VERIFY, by=reviewer, fence=fence, answers=builders.VERIFY_ANSWERS, fresh_factor=True
        )
        work.append(Work(open_session(reviewer), fence, [str(need.uid) for need in needs]))
    return volunteer, reviewer, work


def start_all(own, port, *, control=False):
    env = {"DJANGO_SETTINGS_MODULE": "tests.kills.control_settings"} if control else {}
    worker = [sys.executable, "-m", "celery", "-A", "tests.kills.control", *commands.worker()[5:]]
    own.start("web", commands.web(f"127.0.0.1:{port}"), **env)
    own.start("worker", worker if control else commands.worker(), **env)
    if not control:
        own.start("clock", commands.clock())


def published():
    return Submission.objects.filter(status=Status.PUBLISHED).count()


def assert_nothing_lost_or_doubled(number):
    assert published() == Public.objects.live().count() == number
    assert Event.objects.filter(action=Action.PUBLISH).count() == number
    assert set(Public.objects.values_list("version", flat=True)) == {1}
    assert Event.objects.filter(action=Action.ENTER).count() == number
    assert counting.counts("needs") == recount()
    assert not Attempt.objects.exists()


def assert_every_event_is_numbered():
    assert seconds_until(lambda: not Unsequenced.objects.exists(), 10) is not None
    seqs = list(Leaf.objects.order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, Event.objects.count() + 1))


def seconds_to_publish_one_more(caller, volunteer, reviewer):
    """From approval to publication, with everything up again."""
    need = builders.submit_need(volunteer, organisation_name=f"江城{time.time_ns()}号医院")
    fence = builders.claim(need, reviewer)
    builders.verify(need, reviewer, fence=fence)
    approve(caller, str(need.uid), fence)
    return seconds_until(Public.objects.filter(pk=need.record).exists, 10)


@pytest.mark.parametrize(("number", "kills"), FIGURES)
def test_kills_lose_nothing_and_publish_nothing_twice(own, capsys, number, kills):
    begun = time.monotonic()
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    volunteer, reviewer, work = verified_needs(number)
    start_all(own, port)
    clock = own.programs["clock"].pid
    approvers = Approvers(address, work, processes=APPROVERS)
    prepared = time.monotonic()

    approvers.start()
    storm = Storm(own, kills)
    storm.rage(approvers, number, patience=300)
    approvers.wait_for(number, patience=300)
    approvers.end()
    approved = time.monotonic()
    connection.close()  # it went with the database
    waited = seconds_until(lambda: published() >= number, 60)
    since_last_kill = time.monotonic() - storm.last

    assert waited is not None, f"{published()} of {number} published"
    assert since_last_kill < 30
    assert_nothing_lost_or_doubled(number)
    assert_every_event_is_numbered()
    assert own.programs["clock"].pid == clock
    assert own.programs["clock"].running(), "the clock outlives the database"
    caller = Caller(address, work[-1].session)
    prompt = [seconds_to_publish_one_more(caller, volunteer, reviewer) for _ in range(3)]
    assert min(prompt) < 1.5, f"Celery does not publish any more: {prompt}"
    with capsys.disabled():
        print(
            f"\n  {number} approvals, {kills} kills: prepared in {prepared - begun:.0f} s, approved in "
            f"{approved - prepared:.1f} s, the last published {waited:.1f} s later, {since_last_kill:.1f} s after "
            f"the last kill; 0 lost, 0 twice; one more takes {min(prompt):.2f} s"
        )


@pytest.mark.parametrize(("number", "kills"), FIGURES)
def test_control_arm_is_seen_to_lose(control, own, capsys, number, kills):
    port = free_port()
    _volunteer, _reviewer, work = verified_needs(number)
    start_all(own, port, control=True)
    approvers = Approvers(f"http://127.0.0.1:{port}", work, processes=APPROVERS)
    approvers.start()
    Storm(own, kills).rage(approvers, number, patience=300)
    approvers.wait_for(number, patience=300)
    approvers.end()
    connection.close()
    before = -1
    while (now := published()) != before and now < number:
        before = now
        time.sleep(10)
    with capsys.disabled():
        print(f"\n  control arm, a task per record: {number} approvals, {kills} kills: {number - now} lost")
    assert now < number
