"""Whoever is asked to stop says so, however the wish arrives: nothing ends without a word."""

import os
import signal
import subprocess
import sys

from glacier.runner.bootstrap import TOP

PROGRAM = """
import sys, time
from glacier.runner.supervisor import Stopped, stop_on_signals
stop_on_signals()
try:
    print("up", flush=True)
    time.sleep(60)
except Stopped:
    {then}
    sys.exit("Stopped.")
"""


def program(then):
    command = [sys.executable, "-c", PROGRAM.format(then=then)]
    return subprocess.Popen(command, cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_one_wish_that_arrives_twice_is_one_and_is_answered():
    # Signalling twice from inside its own handling is what `timeout` does to it, in an order that is certain.
    asked = program("import os, signal; os.kill(os.getpid(), signal.SIGTERM)")
    assert asked.stdout.readline() == "up\n"
    os.kill(asked.pid, signal.SIGTERM)
    _out, said = asked.communicate(timeout=60)
    assert (asked.returncode, said) == (1, "Stopped.\n")


def test_second_wish_ends_at_once_and_says_so():
    asked = program(
        'print("ending", flush=True); time.sleep(1.5); print("again", flush=True); time.sleep(60)'
    )
    assert asked.stdout.readline() == "up\n"
    os.kill(asked.pid, signal.SIGTERM)
    assert asked.stdout.readline() == "ending\n"
    assert asked.stdout.readline() == "again\n"
    os.kill(asked.pid, signal.SIGINT)
    _out, said = asked.communicate(timeout=60)
    assert asked.returncode == 130
    assert "asked a second time" in said
