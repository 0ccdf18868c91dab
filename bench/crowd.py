"""Many people at once, and how long each of them waits.

Each question opens a connection: servers hang up while people think.
"""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from bench.client import Connection


def waited(port: int, asked: Sequence[Sequence[bytes]], pause: float) -> list[float]:
    """Seconds from question to answer, of all the questions of all the people.

    Everybody asks one thing after the other, `pause` seconds after the last answer. They begin spread over one
    pause, as people do who have been at it for a while. RuntimeError where an answer is not 200.
    """
    seconds: list[float] = []
    failures: list[str] = []

    def ask(requests: Sequence[bytes], begins: float) -> None:
        time.sleep(begins)
        for request in requests:
            begun = time.perf_counter()
            connection = Connection(port)
            status, _head, body = connection.send(request)
            connection.close()
            seconds.append(time.perf_counter() - begun)
            if status != 200:
                failures.append(f"{status}: {body[:200]!r}")
            time.sleep(pause)

    with ThreadPoolExecutor(len(asked)) as people:
        begun = [
            people.submit(ask, requests, number * pause / len(asked)) for number, requests in enumerate(asked)
        ]
        for one in begun:
            one.result()
    if failures:
        raise RuntimeError(f"{len(failures)} of {len(seconds)} were not answered: {failures[0]}")
    return seconds
