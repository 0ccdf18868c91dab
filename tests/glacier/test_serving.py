"""Our worker in a real gunicorn: what is too much is answered at once and held back by nobody who is inside."""

import json
import os
import re
import signal
import socket
import sys

import pytest

from bench.processor import children
from glacier.admission import OF_ONE_CALLER, SHARES, Line
from glacier.runner.processes import Program, wait_until
from tests.machinery.runs import free_port

COOKIE = "Cookie: sessionid=abc\r\n"


class Server:
    """One process of our worker."""

    def __init__(self, folder):
        self.port = free_port()
        command = [sys.executable, "-m", "gunicorn", "tests.glacier.held_application", "--workers", "1"]
        command += ["--worker-class", "glacier.serving.Worker", "--bind", f"127.0.0.1:{self.port}"]
        self.program = Program("held", [*command, "--no-control-socket"], folder / "held.log")
        self.open = []

    def ask(self, path, more="", method="GET", body=b""):
        """A question on a connection of its own; what comes back is read later."""
        client = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        client.sendall(f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{more}\r\n".encode() + body)
        self.open.append(client)
        return client

    def ask_nothing(self):
        """A connection on which nothing is said."""
        client = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        self.open.append(client)
        return client

    def said(self, path, **asked):
        """The whole answer to a question that is not kept waiting."""
        return whole(self.ask(path, "Connection: close\r\n" + asked.pop("more", ""), **asked))

    def holds(self, number):
        """Wait until so many are inside."""
        return wait_until(lambda: self.said("/status/inside").endswith(f"\r\n{number}\r\n0\r\n\r\n"), 60)


def whole(client):
    """Everything until the server hangs up."""
    parts = []
    while data := client.recv(65536):
        parts.append(data)
    return b"".join(parts).decode()


def header(answer, name):
    found = re.search(rf"^{name}: (.*)\r$", answer, re.MULTILINE | re.IGNORECASE)
    return found[1] if found else None


@pytest.fixture
def served(tmp_path):
    server = Server(tmp_path)
    server.program.start()

    def up():
        try:
            return server.said("/status/").endswith("done\r\n0\r\n\r\n")
        except OSError:
            return False

    assert wait_until(lambda: up() or not server.program.running(), 60), server.program.last_words()
    assert server.program.running(), server.program.last_words()
    yield server
    for client in server.open:
        client.close()
    server.program.kill()


def fill_reading(served):
    """All places of public reading, and what is asked beyond its queue as well."""
    share = SHARES[Line.READING]
    held = [served.ask("/needs/held/", "Connection: close\r\n") for _ in range(share.places)]
    assert served.holds(share.places)
    waiting = [served.ask("/needs/held/", "Connection: close\r\n") for _ in range(share.waiting + 1)]
    return held, waiting


def test_what_is_too_much_is_turned_away_while_reviewers_and_status_are_answered(served):
    held, waiting = fill_reading(served)
    assert served.said("/review/", more=COOKIE).startswith("HTTP/1.1 200")
    assert served.said("/status/").startswith("HTTP/1.1 200")
    for client in waiting:  # nobody lets go before: one at once, the others when their patience is over
        answer = whole(client)
        assert answer.startswith("HTTP/1.1 503 ")
        assert int(header(answer, "Retry-After")) > 0
        assert header(answer, "Cache-Control") == "no-store"
    served.said("/status/let-go")
    assert all(whole(client).endswith("4\r\nlast\r\n0\r\n\r\n") for client in held)
    assert served.holds(0)
    assert served.said("/needs/").startswith("HTTP/1.1 200")


def test_refusal_speaks_the_language_of_the_page_and_the_shape_of_the_api(served):
    fill_reading(served)
    chinese, english = served.said("/needs/"), served.said("/en/needs/")
    assert 'lang="zh-Hans"' in chinese
    assert "Too many at once" in english
    assert "default-src 'none'" in header(english, "Content-Security-Policy")
    answer = served.said("/api/v1/needs/", more="Accept-Language: en\r\n")
    error = json.loads(answer.partition("\r\n\r\n")[2])["error"]
    assert error["code"] == "busy"
    assert error["request_id"] == header(answer, "X-Request-Id")
    assert "Nothing was changed" in error["message"]
    assert header(answer, "Access-Control-Allow-Origin") == "*"
    assert served.said("/needs/", method="HEAD").endswith("\r\n\r\n")


def test_one_caller_with_too_much_at_once_is_turned_away_alone(served):
    mine = "Connection: close\r\nCookie: sessionid=mine\r\n"
    share = SHARES[Line.WORKING]
    for _ in range(share.places):
        served.ask("/review/held/", mine)
    assert served.holds(share.places)
    reading = SHARES[Line.READING]
    for _ in range(min(reading.places, OF_ONE_CALLER - share.places)):
        served.ask("/needs/held/", mine)
    assert served.holds(share.places + reading.places)
    for _ in range(OF_ONE_CALLER - share.places - reading.places):
        served.ask("/held.csv", mine)
    assert served.holds(OF_ONE_CALLER)
    answer = served.said("/submit/needs/", more="Cookie: sessionid=mine\r\n")
    assert answer.startswith("HTTP/1.1 429 ")
    assert header(answer, "Retry-After")


def test_stream_holds_its_place_until_it_ends(served):
    share = SHARES[Line.BULK]
    held = [served.ask("/held.csv", "Connection: close\r\n") for _ in range(share.places)]
    assert served.holds(share.places)
    waiting = [served.ask("/needs.csv", "Connection: close\r\n") for _ in range(share.waiting + 1)]
    assert all(whole(client).startswith("HTTP/1.1 503 ") for client in waiting)
    served.said("/status/let-go")
    assert all(whole(client).endswith("last\r\n0\r\n\r\n") for client in held)
    assert served.said("/needs.csv").startswith("HTTP/1.1 200")


def test_refused_upload_reads_its_answer(served):
    fill_reading(served)
    length = 200_000
    client = served.ask("/needs/", f"Content-Length: {length}\r\n", "POST", b"x" * length)
    assert whole(client).startswith("HTTP/1.1 503 ")


def test_request_that_comes_in_pieces_holds_no_place_until_it_is_here(served):
    share, head = SHARES[Line.SUBMITTING], "Content-Length: 4\r\nConnection: close\r\n"
    slow = [served.ask("/submit/needs/", head, "POST", b"ab") for _ in range(share.places + share.waiting)]
    assert served.said("/submit/needs/").startswith("HTTP/1.1 200")
    slow[0].sendall(b"cd")
    assert whole(slow[0]).startswith("HTTP/1.1 200")


def test_kept_connection_is_asked_again_and_a_silent_one_holds_no_place(served):
    silent = [served.ask_nothing() for _ in range(20)]
    client = served.ask("/needs/")
    assert client.recv(65536).startswith(b"HTTP/1.1 200")
    client.sendall(b"GET /status/inside HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert "HTTP/1.1 200" in whole(client)
    assert len(silent) == 20


def test_two_questions_sent_at_once_are_both_answered(served):
    one = "GET /needs/ HTTP/1.1\r\nHost: localhost\r\n"
    client = served.ask_nothing()
    client.sendall(f"{one}\r\n{one}Connection: close\r\n\r\n".encode())
    assert whole(client).count("HTTP/1.1 200") == 2


def test_reviewer_who_waits_is_let_in_when_another_is_done(served):
    share = SHARES[Line.WORKING]
    held = [served.ask("/review/held/", f"Connection: close\r\n{COOKIE}") for _ in range(share.places)]
    assert served.holds(share.places)
    waiting = served.ask("/review/", f"Connection: close\r\n{COOKIE}")
    served.said("/status/let-go")
    assert all(whole(client).startswith("HTTP/1.1 200") for client in [*held, waiting])


def test_web_process_whose_porter_dies_is_replaced(served):
    (porter,) = porters(served.program.pid)
    os.kill(porter, signal.SIGKILL)
    assert wait_until(lambda: porters(served.program.pid) not in ([], [porter]), 60)
    assert served.said("/needs/").startswith("HTTP/1.1 200")


def porters(master):
    return [porter for worker in children(master) for porter in children(worker)]
