"""Who is let in: lines by path and method, shares, queues, patience, one caller's own fault. No clock runs here."""

import pytest

from glacier.admission import OF_ONE_CALLER, PAUSES, SHARES, Asked, Gate, Line, TurnedAway, read, whole

COOKIE = "\r\nHost: x\r\nCookie: csrftoken=a; sessionid=abc"
BEARER = "\r\nAuthorization: Bearer glacier_token"
UID = "0b9a7a4e-5f0c-4f7b-9a55-0d6a1f2b3c4d"


def asked(method, path, more=""):
    return read(f"{method} {path} HTTP/1.1{more}\r\n\r\n".encode())


@pytest.mark.parametrize(
    ("method", "path", "more", "line"),
    [
        ("GET", "/status/", "", Line.STATUS),
        ("GET", "/en/status/", "", Line.STATUS),
        ("GET", "/static/glacier/css/base.css", "", Line.STATUS),
        ("GET", "/review/", COOKIE, Line.WORKING),
        ("POST", f"/en/review/{UID}/", COOKIE, Line.WORKING),
        ("GET", "/mine/", COOKIE, Line.WORKING),
        ("POST", f"/api/v1/submissions/{UID}/verify/", COOKIE, Line.WORKING),
        ("GET", "/api/v1/submissions/", BEARER, Line.WORKING),
        ("GET", "/admin/", COOKIE, Line.WORKING),
        # Whoever brings no session has no part in what is kept for reviewers.
        ("GET", "/review/", "", Line.READING),
        ("GET", "/mine/", "", Line.READING),
        ("GET", f"/api/v1/submissions/{UID}/", "", Line.SUBMITTING),
        ("POST", "/accounts/login/", "", Line.SUBMITTING),
        ("POST", "/owner/token/", "", Line.SUBMITTING),
        ("POST", "/api/v1/submissions/", COOKIE, Line.SUBMITTING),
        ("POST", "/api/v1/submissions/", BEARER, Line.SUBMITTING),
        ("POST", "/submit/needs/", COOKIE, Line.SUBMITTING),
        ("GET", "/", "", Line.READING),
        ("GET", "/needs/?q=/review/", COOKIE, Line.READING),
        ("GET", "/api/v1/needs/", "", Line.READING),
        ("GET", "/me/", COOKIE, Line.READING),
        ("GET", "/reviewers/", COOKIE, Line.READING),
        ("GET", "/needs.csv?place=42", "", Line.BULK),
        ("GET", "/en/needs.json", COOKIE, Line.BULK),
        ("POST", "/submit/needs/sheet/", COOKIE, Line.BULK),
        ("GET", "/submit/needs/sheet/", COOKIE, Line.SUBMITTING),
    ],
)
def test_line_is_known_from_path_method_and_session(method, path, more, line):
    assert asked(method, path, more).line == line


@pytest.mark.parametrize("head", [b"", b"G", b"\x16\x03\x01\x02", b"GET", b"GET /\xff", b"\r\n\r\n"])
def test_half_a_head_is_read_as_a_strangers(head):
    assert read(head) == Asked(Line.READING, read(head).path)


@pytest.mark.parametrize(
    ("head", "here"),
    [
        (b"GET / HTTP/1.1\r\n", False),
        (b"GET / HTTP/1.1\r\n\r\n", True),
        (b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab", False),
        (b"POST / HTTP/1.1\r\ncontent-length:3\r\n\r\nabc", True),
        (b"POST / HTTP/1.1\r\nContent-Length: 5000\r\n\r\n" + 100 * b"a", True),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", True),
        (b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 30\r\n\r\n", True),
        (100 * b"GET ", True),
    ],
)
def test_request_is_decided_when_it_is_here_to_its_end_or_too_large_to_wait_for(head, here):
    assert whole(head, 100) is here


def test_caller_is_the_session_or_the_token_and_nothing_else():
    assert asked("GET", "/mine/", COOKIE).caller == b"abc"
    assert asked("GET", "/mine/", BEARER).caller == b"glacier_token"
    assert asked("GET", "/mine/", "\r\nCookie: csrftoken=a").caller == b""
    assert asked("GET", "/mine/?sessionid=abc").caller == b""


def test_language_is_that_of_the_page_or_of_the_programs_wish():
    assert asked("GET", "/en/needs/").english
    assert not asked("GET", "/needs/", "\r\nAccept-Language: en").english
    assert asked("GET", "/api/v1/needs/", "\r\nAccept-Language: en-GB").english
    assert not asked("GET", "/api/v1/needs/").english


def fill(gate, line, number):
    return [gate.arrive(n, Asked(line, "/"), 0.0) for n in range(number)]


def test_line_has_its_places_then_its_queue_then_is_turned_away():
    gate, share = Gate(), SHARES[Line.READING]
    verdicts = fill(gate, Line.READING, share.places + share.waiting + 1)
    assert verdicts[: share.places] == [True] * share.places
    assert verdicts[share.places : -1] == [False] * share.waiting
    assert verdicts[-1] == TurnedAway(503, share.again)


def test_every_line_has_a_place_however_full_the_others_are():
    for line in Line:
        gate = Gate()
        for other in Line:
            if other != line:
                fill(gate, other, 30)
        assert fill(gate, line, 1) == [True], line


def test_free_place_goes_to_its_own_line_in_the_order_of_arrival():
    gate = Gate()
    for line in (Line.READING, Line.WORKING):
        fill(gate, line, SHARES[line].places)
    for who in ("reader", "second reader"):
        gate.arrive(who, Asked(Line.READING, "/"), 0.0)
    assert not list(gate.admitted(0.0))
    gate.leave(Asked(Line.READING, "/"), 0.0)
    assert [who for who, _asked in gate.admitted(0.0)] == ["reader"]
    gate.arrive("reviewer", Asked(Line.WORKING, "/"), 0.1)
    gate.leave(Asked(Line.WORKING, "/"), 0.1)
    assert [who for who, _asked in gate.admitted(0.1)] == ["reviewer"]
    assert gate.waiting() == 1


def test_while_reviewers_wait_the_others_have_one_place_each():
    gate, places = Gate(), SHARES[Line.READING].places
    assert places > 1
    fill(gate, Line.READING, places + 2)
    fill(gate, Line.WORKING, SHARES[Line.WORKING].places + 1)
    for _ in range(places - 1):
        gate.leave(Asked(Line.READING, "/"), 0.0)
    assert not list(gate.admitted(0.0))
    gate.leave(Asked(Line.READING, "/"), 0.0)
    assert [asked.line for _who, asked in gate.admitted(0.0)] == [Line.READING]
    gate.leave(Asked(Line.WORKING, "/"), 0.0)
    assert [asked.line for _who, asked in gate.admitted(0.0)] == [Line.WORKING, Line.READING]


def test_what_takes_long_pauses_while_others_wait_and_not_where_nobody_does():
    gate, bulk = Gate(), Asked(Line.BULK, "/")
    assert gate.arrive("long", bulk, 10.0) is True
    fill(gate, Line.READING, SHARES[Line.READING].places + 1)
    gate.leave(bulk, 12.0)
    assert gate.arrive("next", bulk, 12.0) is False
    assert not list(gate.admitted(12.0 + 2 * PAUSES - 0.1))
    assert [who for who, _asked in gate.admitted(12.0 + 2 * PAUSES)] == ["next"]
    gate.leave(bulk, 30.0)
    gate.leave(Asked(Line.READING, "/"), 30.0)
    assert len(list(gate.admitted(30.0))) == 1
    assert gate.arrive("alone", bulk, 30.0) is True


def test_what_takes_long_is_let_in_one_at_a_time_while_others_wait():
    gate = Gate()
    fill(gate, Line.READING, SHARES[Line.READING].places + 1)
    assert fill(gate, Line.BULK, 2) == [True, False]
    gate.leave(Asked(Line.READING, "/"), 0.0)
    assert [(who, asked.line) for who, asked in gate.admitted(0.0)] == [
        (SHARES[Line.READING].places, Line.READING),
        (1, Line.BULK),
    ]


def test_nobody_overtakes_within_a_line():
    gate = Gate()
    fill(gate, Line.SUBMITTING, SHARES[Line.SUBMITTING].places + 1)
    gate.leave(Asked(Line.SUBMITTING, "/"), 0.0)
    assert gate.arrive("late", Asked(Line.SUBMITTING, "/"), 0.0) is False


def test_who_waited_too_long_is_turned_away_and_counts_no_more():
    gate, share = Gate(), SHARES[Line.READING]
    fill(gate, Line.READING, share.places)
    gate.arrive("patient", Asked(Line.READING, "/"), 10.0)
    assert not list(gate.overdue(10.0 + share.patience - 0.01))
    assert [(who, said) for who, _asked, said in gate.overdue(10.0 + share.patience)] == [
        ("patient", TurnedAway(503, share.again))
    ]
    gate.leave(Asked(Line.READING, "/"), 0.0)
    assert not list(gate.admitted(0.0))


def test_one_caller_with_too_much_at_once_is_told_so_and_others_are_not():
    gate = Gate()
    mine, other = Asked(Line.WORKING, "/", b"mine"), Asked(Line.WORKING, "/", b"other")
    for n in range(OF_ONE_CALLER):
        assert not isinstance(gate.arrive(n, mine, 0.0), TurnedAway)
    assert gate.arrive("more", mine, 0.0) == TurnedAway(429, SHARES[Line.WORKING].again)
    assert not isinstance(gate.arrive("other", other, 0.0), TurnedAway)
    gate.leave(mine, 0.0)
    assert not isinstance(gate.arrive("again", mine, 0.0), TurnedAway)
