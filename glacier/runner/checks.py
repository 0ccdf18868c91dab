"""./test: every check in order, against servers of its own, and an honest end."""

import os
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from glacier.runner import browser
from glacier.runner.bootstrap import TOP, Trouble, end_with_parent, full_disk
from glacier.runner.supervisor import Stopped, stop_on_signals
from glacier.runner.temporary import TemporaryServers, lay_out

OPTIONS = ("--long", "--no-browser")
BIN = TOP / ".venv" / "bin"


@dataclass(frozen=True)
class Check:
    """A heading, and what it does: a command, or a function that refuses by raising Trouble."""

    heading: str
    does: Sequence[object] | Callable[[], None]

    def passes(self, env: Mapping[str, str]) -> bool:
        """Carry it out, its output where ours goes."""
        if callable(self.does):
            try:
                self.does()
            except Trouble as trouble:
                print(trouble)
                return False
            except Exception:
                traceback.print_exc()
                return False
            return True
        command = [str(part) for part in self.does]
        return call(command, env) == 0


def call(command: Sequence[str], env: Mapping[str, str]) -> int:
    """Run a command here, to its end."""
    done = subprocess.run(
        command, cwd=TOP, env={**os.environ, **env}, preexec_fn=end_with_parent(), check=False
    )
    return done.returncode


def find_browser() -> None:
    """Have a browser before the suite starts."""
    found = browser.find()
    print(found.executable)


def checks(options: list[str]) -> list[Check]:
    """What ./test does, in order."""
    python, manage = sys.executable, TOP / "manage.py"
    templates = sorted(TOP.glob("templates/**/*.html")) + sorted(TOP.glob("*/templates/**/*.html"))
    first = [
        Check("lint", [BIN / "ruff", "check"]),
        Check("format", [BIN / "ruff", "format", "--check"]),
        Check("templates", [BIN / "djade", "--target-version", "5.2", "--check", *templates]),
        Check("types", [BIN / "mypy", "glacier", "verification", "supplies", "tests"]),
        Check("layers", [BIN / "lint-imports"]),
        Check("migrations", [python, manage, "makemigrations", "--check", "--dry-run"]),
        Check("catalogue", [python, manage, "messages", "--check"]),
    ]
    suite = Check("suite", [python, "-m", "pytest", "-n", "2", "--dist", "worksteal", *options])
    figures = [
        Check("bench", [python, "-m", "bench", "run", "--size", "ci"]),
        Check("load", [python, "-m", "bench", "load", "--seconds", "10"]),
    ]
    return [
        *first,
        *([] if "--no-browser" in options else [Check("browser", find_browser)]),
        suite,
        *(figures if "--long" in options else []),
    ]


def run_all(options: list[str], servers: TemporaryServers) -> int:
    """Every check, also after one failed; a summary; 0 only when all passed."""
    env = environment(servers)
    results: list[tuple[str, bool, float]] = []
    for check in checks(options):
        print(f"\n── {check.heading} " + "─" * (60 - len(check.heading)), flush=True)
        begun = time.monotonic()
        if check.heading == "suite" and not all(passed for name, passed, _ in results if name == "browser"):
            check = next(c for c in checks([*options, "--no-browser"]) if c.heading == "suite")
        passed = check.passes(env)
        results.append((check.heading, passed, time.monotonic() - begun))
        print(f"{'passed' if passed else 'FAILED'} in {results[-1][2]:.1f} s", flush=True)
    total = sum(seconds for _, _, seconds in results)
    print(f"\n── summary ─ {total:.0f} s " + "─" * 44)
    for heading, passed, seconds in results:
        print(f"{'  ok  ' if passed else 'FAILED'}  {heading:<12}{seconds:7.1f} s")
    failed = [heading for heading, passed, _ in results if not passed]
    print(f"\n{len(failed)} of {len(results)} failed: {', '.join(failed)}" if failed else "\nAll passed.")
    return 1 if failed else 0


def environment(servers: TemporaryServers) -> dict[str, str]:
    """Where checks and pytest find the servers; nothing of the caller's own database reaches them."""
    return {
        **servers.env("postgres", 0, "checks"),
        "GLACIER_TEST_SERVERS": str(servers.folder),
        "DJANGO_SETTINGS_MODULE": "glacier.settings",
    }


def main(arguments: list[str]) -> int:
    """What ./test does with these arguments; the exit code."""
    servers = lay_out()
    try:
        servers.start()
        if set(arguments) <= set(OPTIONS):
            return run_all(arguments, servers)
        return call([sys.executable, "-m", "pytest", *arguments], environment(servers))
    finally:
        servers.stop()


if __name__ == "__main__":
    stop_on_signals()
    try:
        sys.exit(main(sys.argv[1:]))
    except Trouble as trouble:
        sys.exit(f"\n{trouble}")
    except OSError as error:
        if error.errno != 28:
            raise
        sys.exit(f"\n{full_disk(TOP)}")
    except Stopped:
        print("\nStopped.")
        os._exit(130)
