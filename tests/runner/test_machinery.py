"""The ground the tests stand on: databases, processes and servers of their own."""

import urllib.request

import psycopg
import pytest
import redis
from django.conf import settings
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from glacier.runner import commands
from glacier.runner.processes import members, wait_until
from tests.machinery.surroundings import surroundings
from verification import pulses
from verification.tasks import heartbeat


def make_a_row() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE left_behind (n int)")


def left_behind() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('left_behind')")
        return cursor.fetchone()[0] is not None


@pytest.mark.parametrize("turn", [1, 2])
def test_rolled_back_test_leaves_nothing(db, turn):
    assert not left_behind()
    make_a_row()


@pytest.mark.parametrize("turn", [1, 2])
def test_committing_test_leaves_nothing(committed_db, turn):
    assert not left_behind()
    with transaction.atomic():
        make_a_row()
    with psycopg.connect(committed_db.url) as stranger:
        assert stranger.execute("SELECT count(*) FROM left_behind").fetchone() == (0,)


def test_database_without_fixture_is_refused():
    with pytest.raises(RuntimeError, match="Database access not allowed"):
        connection.ensure_connection()


def test_servers_of_tests_are_not_those_of_a_run():
    share = surroundings()
    assert str(share.servers.folder) in settings.DATABASES["default"]["OPTIONS"]["host"]
    assert str(share.servers.folder) in settings.REDIS_URL
    assert str(share.servers.folder) in str(settings.STATE)


def test_server_answers_with_the_database_of_the_test(server):
    with urllib.request.urlopen(f"{server}/", timeout=60) as response:
        assert response.status == 200


@pytest.mark.parametrize("turn", [1, 2])
def test_worker_works_on_the_database_of_the_test(celery_worker, turn):
    assert "worker" not in pulses.last_beats()
    heartbeat.delay()
    assert wait_until(lambda: "worker" in pulses.last_beats(), 60), celery_worker.last_words()


def test_worker_is_gone_when_no_test_asks_for_it(committed_db, live):
    assert not live.worker.running()
    heartbeat.delay()
    with redis.Redis.from_url(settings.REDIS_URL) as store:
        assert store.llen("celery") == 1


def test_server_forgets_between_tests(server, live):
    forks = set(members(live.web.pid)) - {live.web.pid}
    live.forget()
    assert wait_until(live.answers, 60)
    assert not forks & set(members(live.web.pid))


def test_cluster_survives_being_killed(cluster):
    own = cluster()
    own.start("worker", commands.worker(concurrency=1))
    with own.connected():
        make_a_row()
        own.kill("postgres")
        own.kill("valkey")
        own.kill("worker")
        connection.close()
        own.restart("valkey")
        own.restart("postgres")
        own.restart("worker")
        assert left_behind()
        assert all(program.running() for program in own.programs.values())


def test_chinese_sorts_and_matches(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT array_agg(w ORDER BY w) FROM unnest(ARRAY['武汉市', '武汉', '一']) w")
        assert cursor.fetchone()[0] == ["一", "武汉", "武汉市"]
        with pytest.raises(ProgrammingError):
            cursor.execute("SELECT no_such_function()")
