"""An application whose answers wait until somebody lets them go; served by our worker in its tests."""

import threading

import django

django.setup()

_inside = 0
_lock = threading.Lock()
_let_go = threading.Event()


def application(environ, start_response):
    """`/status/inside` says how many are held, `/status/let-go` lets them go, `held` in a path holds."""
    path = environ["PATH_INFO"]
    start_response("200 OK", [("Content-Type", "text/plain")])
    if path == "/status/let-go":
        _let_go.set()
    if path == "/status/inside":
        return [str(_inside).encode()]
    return _held() if "held" in path else [b"done"]


def _held():
    """The first bytes at once, the last when told: a stream, which holds its place until it ends."""
    global _inside
    with _lock:
        _inside += 1
    yield b"first "
    _let_go.wait(60)
    with _lock:
        _inside -= 1
    yield b"last"
