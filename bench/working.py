"""Processes of a contender's own project, which run functions when told and say how long they took."""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from glacier.runner.bootstrap import TOP, end_with_parent


class Worker:
    """A child with its own Django; one function at a time."""

    def __init__(self, env: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.working"],
            cwd=TOP,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=end_with_parent(),
        )

    def ask(self, function: str, **values: Any) -> None:
        """Begin; `answer` waits for the end."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps([function, values]) + "\n")
        self.process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """What the function gave back, and the most memory the process had meanwhile."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"a worker ended with {self.process.wait()}; its last words stand above")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def do(self, function: str, **values: Any) -> dict[str, Any]:
        """Run it to its end."""
        self.ask(function, **values)
        return self.answer()

    def end(self) -> None:
        """End the child and reap it."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()


def peak(pid: int | str = "self") -> float:
    """The most memory the process had since `forget_peak`, in megabytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


def forget_peak(pid: int | str = "self") -> None:
    """Let the highest mark begin anew."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def main() -> None:
    """Serve until our standard input ends. What functions print goes to standard error."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    import django

    django.setup()
    for line in sys.stdin:
        function, values = json.loads(line)
        module, _colon, name = function.partition(":")
        called = getattr(importlib.import_module(f"bench.{module}"), name)
        forget_peak()
        answer = called(**values) or {}
        print(json.dumps({**answer, "memory": peak()}), file=answers, flush=True)


if __name__ == "__main__":
    main()
