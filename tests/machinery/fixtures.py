"""The base fixtures. A test asks for the least it needs:

- `db`: the database, rolled back after the test (what pytest-django means by it)
- `committed_db`: a database of its own where commits are real; dropped afterwards
- `database`: for fixtures that serve both kinds of test: whichever of the two the test asked for
- `server`, `celery_worker`, `page`: real processes on `committed_db`
- `cluster`: servers of its own, to be killed
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from pytest_django import DjangoDbBlocker

from glacier.runner.processes import Program
from tests.machinery import databases
from tests.machinery.clusters import OwnCluster
from tests.machinery.live import Live
from tests.machinery.surroundings import Surroundings, surroundings


@dataclass(frozen=True)
class CommittedDatabase:
    """The database of a test that commits."""

    name: str
    url: str


@pytest.fixture(scope="session")
def share() -> Surroundings:
    """What this pytest process has of the servers."""
    return surroundings()


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker, share: Surroundings
) -> Iterator[None]:
    """pytest-django's own would migrate a database per process; here it is copied."""
    with django_db_blocker.unblock():
        databases.ensure_template(share)
    databases.renew(share.servers.cluster, share.database)
    yield
    databases.drop(share.servers.cluster, share.database)


@pytest.fixture(scope="session")
def live(share: Surroundings) -> Iterator[Live]:
    """The real processes of this pytest process, started when asked for."""
    live = Live(share)
    yield live
    live.stop()


@pytest.fixture
def committed_db(
    request: pytest.FixtureRequest,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    share: Surroundings,
    live: Live,
) -> Iterator[CommittedDatabase]:
    """A fresh database in which the test's commits are real, for all its threads and child processes."""
    if "db" in request.fixturenames or request.node.get_closest_marker("django_db"):
        pytest.fail("a test asks for db or for committed_db, not for both")
    cluster, name = share.servers.cluster, share.live_database
    live.quieten(keep_worker="celery_worker" in request.fixturenames)
    databases.renew(cluster, name)
    with django_db_blocker.unblock(), databases.using(name):
        yield CommittedDatabase(name, cluster.url(name))
    databases.drop(cluster, name)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> None:
    """The database the test asked for: `committed_db` where that is among its fixtures, else `db`."""
    request.getfixturevalue("committed_db" if "committed_db" in request.fixturenames else "db")


@pytest.fixture
def server(committed_db: CommittedDatabase, live: Live) -> str:
    """The address of a real web server on `committed_db`."""
    return live.ensure_web()


@pytest.fixture
def celery_worker(committed_db: CommittedDatabase, live: Live) -> Program:
    """A real Celery worker on `committed_db` and this process's Valkey database."""
    return live.ensure_worker()


@pytest.fixture
def cluster(django_db_blocker: DjangoDbBlocker) -> Iterator[Callable[[], OwnCluster]]:
    """Call it for servers of one's own: `own = cluster()`; then own.start, own.kill, own.restart."""
    made: list[OwnCluster] = []

    def make() -> OwnCluster:
        made.append(OwnCluster())
        return made[-1]

    with django_db_blocker.unblock():
        yield make
    for own in made:
        own.stop()
