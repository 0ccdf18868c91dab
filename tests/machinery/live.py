"""The real processes a test that commits may ask for: gunicorn and Celery's worker, one each.

Both stay for the next test: the database is renewed under the same name. The web server loads the
application once and forks; for a new test its forks are ended and forked anew, so that nothing they
remembered survives. The worker ends as soon as a test comes that did not ask for it, and must see its
bell unanswered.
"""

import http.client
import os
import signal

import redis

from glacier.runner import commands
from glacier.runner.processes import Program, members, wait_until
from tests.machinery.surroundings import Surroundings


class Live:
    """The live processes of this pytest process."""

    def __init__(self, share: Surroundings) -> None:
        self.share = share
        log = share.servers.folder / "log"
        cluster = share.servers.cluster
        env = {"DATABASE_URL": cluster.url(share.live_database), "GLACIER_LOG_LEVEL": "INFO"}
        self.web = Program("web", commands.web(f"127.0.0.1:{share.port}"), log / f"web-{share.name}.log", env)
        self.worker = Program("worker", commands.worker(), log / f"worker-{share.name}.log", env)

    def ensure_web(self) -> str:
        """The address of the web server, answering, with no memory of an earlier test."""
        if self.web.running():
            self.forget()
        else:
            self.web.start()
        wait_until(lambda: self.answers() or not self.web.running(), 180)
        if not self.answers():
            raise RuntimeError(f"the web server does not answer:\n{self.web.last_words(40)}")
        return self.share.url

    def forget(self) -> None:
        """End the forks; gunicorn forks new ones from the application it loaded."""
        old = [pid for pid in members(self.web.pid) if pid != self.web.pid]
        for pid in old:
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not set(old) & set(members(self.web.pid)), 60)

    def answers(self) -> bool:
        """Whether the web server answers anything at all."""
        connection = http.client.HTTPConnection("127.0.0.1", self.share.port, timeout=10)
        try:
            connection.request("GET", "/static/nothing")
            return connection.getresponse().status < 600
        except OSError:
            return False
        finally:
            connection.close()

    def ensure_worker(self) -> Program:
        """The Celery worker, ready."""
        if not self.worker.running():
            self.worker.start()

            def ready() -> bool:
                return " ready." in self.worker.last_words(1000)

            wait_until(lambda: ready() or not self.worker.running(), 180)
            if not ready():
                raise RuntimeError(f"the worker did not become ready:\n{self.worker.last_words(40)}")
        return self.worker

    def quieten(self, keep_worker: bool) -> None:
        """Before a new test: no worker unless it asks for one, no messages of the last test."""
        if not keep_worker:
            self.worker.kill()
        # Not FLUSHDB: producers in this process would not declare their queue again.
        with redis.Redis.from_url(os.environ["REDIS_URL"]) as store:
            store.delete("celery", "unacked", "unacked_index")

    def stop(self) -> None:
        """End both."""
        self.worker.kill()
        self.web.kill()
