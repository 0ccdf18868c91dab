"""The first step of ./run and ./test: an environment with the pinned packages, then on with that one.

Runs before anything is installed, so it imports the standard library only, and nothing of ours: it is
started as a script, isolated (-I). Called as `bootstrap.py run|test [arguments]`.
"""

import ctypes
import fcntl
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
VENV = TOP / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed"
# Not sys.executable, which may be that of the environment about to be made anew.
BASE = getattr(sys, "_base_executable", sys.executable)
# ./test needs all that ./run needs (a test compares the two files), so its environment serves both.
REQUIREMENTS = {"run": ["embedded", "test"], "test": ["test"]}
HELP = {
    "run": """\
./run                   bring Glacier up, here, until Ctrl-C; keeps its data for the next time
./run manage COMMAND    a command of manage.py with the same servers and keys, for instance
                        ./run manage backup, ./run manage restore FILE, ./run manage shell

  PORT=8000             where it answers            HOST=127.0.0.1   0.0.0.0 lets other machines in
  GLACIER_STATE=…       where data and keys are     GLACIER_URL=…    the address others know it by
  DATABASE_URL=…        a PostgreSQL of your own    REDIS_URL=…      a Redis or Valkey of your own
  GLACIER_DEMO=0        without the demonstration   WEB_CONCURRENCY  web processes (2)
""",
    "test": """\
./test                  every check and the whole suite
./test ARGUMENTS        only pytest, with these arguments: ./test tests/x.py -k words

  --long                the long figures too
  --no-browser          for a machine that cannot have a browser
""",
}
MODULES = {"run": "glacier.runner", "test": "glacier.runner.checks"}
ROOM = 700 * 1024 * 1024
# The command that follows counts its seconds on from here.
STARTED = float(os.environ.get("GLACIER_STARTED") or time.time())


class Trouble(Exception):
    """Something the person at the terminal can mend; its text says how, in one sentence."""


def say(text: str) -> None:
    """One line of progress, with the seconds since the start."""
    print(f"{time.time() - STARTED:5.1f} s  {text}", flush=True)


def fingerprint(name: str) -> str:
    """What an environment made from this requirements file, in this place, is known by."""
    text = (TOP / "requirements" / f"{name}.txt").read_bytes()
    return f"{name} {hashlib.sha256(text).hexdigest()} {VENV}"


def ready(command: str) -> bool:
    """Whether the environment holds what the command needs, by the stamp its installation left."""
    if not PYTHON.exists() or not STAMP.exists():
        return False
    stamps = STAMP.read_text().splitlines()
    return any(fingerprint(name) in stamps for name in REQUIREMENTS[command])


def end_with_parent(number: int = signal.SIGTERM) -> Callable[[], None] | None:
    """For Popen's preexec_fn: the child gets this signal when we are gone, however we went (Linux).

    The kernel ties it to the thread that forks, so only the main thread may use it.
    """
    if not sys.platform.startswith("linux"):
        return None
    prctl, parent = ctypes.CDLL(None).prctl, os.getpid()

    def ask() -> None:
        prctl(1, number)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:  # it went between the fork and here
            os._exit(1)

    return ask


def watched(command: list[str], total: int) -> tuple[int, str]:
    """Run an installer, telling every few seconds how far it is; its exit code and what it printed."""
    environ = dict(os.environ)
    if "PIP_INDEX_URL" in environ and not {"UV_INDEX_URL", "UV_DEFAULT_INDEX"} & environ.keys():
        environ["UV_DEFAULT_INDEX"] = environ["PIP_INDEX_URL"]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        cwd=TOP,
        env=environ,
        preexec_fn=end_with_parent(),
    )
    lines: list[str] = []
    told, fetched, unpacking = time.time(), 0, False
    assert process.stdout
    for line in process.stdout:
        lines.append(line)
        fetched += line.startswith("Collecting ")
        if line.startswith("Installing collected packages"):
            unpacking = True
            say("all fetched, now unpacking them")
        elif fetched and not unpacking and time.time() - told > 4:
            told = time.time()
            say(f"{fetched} of {total} packages fetched")
    return process.wait(), "".join(lines)


def explain(output: str) -> Trouble:
    """The sentence for what an installer printed when it failed."""
    if "No space left on device" in output or "os error 28" in output or "Disk quota exceeded" in output:
        return full_disk(VENV)
    unreachable = ("Could not find a version", "No matching distribution", "onnection", "ailed to fetch")
    resolution = ("esolve host", "dns error", "error sending request", "timed out", "ProxyError", "SSLError")
    if any(sign in output for sign in unreachable + resolution):
        return Trouble(
            "The package index could not be reached or does not have every package: check the network, "
            "or name another index with PIP_INDEX_URL=https://… ./run, and start again."
        )
    last = [line for line in output.strip().splitlines() if line.strip()][-8:]
    return Trouble("Installing the packages failed; the installer's last words were:\n  " + "\n  ".join(last))


def full_disk(folder: Path) -> Trouble:
    """The sentence for a disk without room."""
    return Trouble(f"The disk that holds {folder} is full: free about a gigabyte there and start again.")


def install_with_uv(uv: str, requirements: Path, total: int) -> tuple[int, str]:
    """An environment by uv, where a machine has it: a few seconds."""
    if not PYTHON.exists():
        code, output = watched([uv, "venv", "--quiet", "--clear", "--python", BASE, str(VENV)], 0)
        if code:
            return code, output
    command = [uv, "pip", "install", "--python", str(PYTHON), "--require-hashes", "-r", str(requirements)]
    return watched(command, total)


def install_with_pip(requirements: Path, total: int) -> tuple[int, str]:
    """An environment by venv and pip, which come with Python (on Debian in a package of their own)."""
    has_pip = PYTHON.exists() and not subprocess.call([PYTHON, "-c", "import pip"], stderr=subprocess.DEVNULL)
    if not has_pip:
        if importlib.util.find_spec("ensurepip") is None:
            version = f"{sys.version_info.major}.{sys.version_info.minor}"
            raise Trouble(f"Python cannot make an environment here: apt install python{version}-venv")
        clear = [] if PYTHON.exists() else ["--clear"]
        code, output = watched([BASE, "-m", "venv", *clear, str(VENV)], 0)
        if code:
            return code, output
    options = ["--require-hashes", "--no-deps", "--no-compile", "--disable-pip-version-check", "--no-input"]
    return watched([str(PYTHON), "-m", "pip", "install", *options, "-r", str(requirements)], total)


def install(command: str) -> None:
    """Bring the environment to the pinned packages; refuses with a sentence where that cannot be done."""
    name = REQUIREMENTS[command][0]
    requirements = TOP / "requirements" / f"{name}.txt"
    lines = requirements.read_text().splitlines()
    total = sum("==" in line and "sys_platform == 'win32'" not in line for line in lines)
    if not os.access(VENV if VENV.exists() else TOP, os.W_OK):
        raise Trouble(f"{TOP} cannot be written to: clone Glacier to a folder of your own and start there.")
    if shutil.disk_usage(TOP).free < ROOM:
        raise full_disk(VENV)
    uv = shutil.which("uv")
    way = "uv" if uv else "pip"
    say(f"setting up {VENV.name} with {total} pinned packages, by {way} (only when they changed)")
    if STAMP.exists() and not STAMP.read_text().endswith(f" {VENV}\n"):
        # It was moved here, or is another's: the scripts in it still name the old place.
        VENV.unlink() if VENV.is_symlink() else shutil.rmtree(VENV)
    STAMP.unlink(missing_ok=True)
    code, output = install_with_uv(uv, requirements, total) if uv else install_with_pip(requirements, total)
    if code and uv:
        say("uv could not do it, trying pip")
        code, output = install_with_pip(requirements, total)
    if code:
        raise explain(output)
    names = ["embedded", "test"] if name == "test" else [name]
    STAMP.write_text("".join(f"{fingerprint(each)}\n" for each in names))
    say("packages are in place")


def main() -> None:
    """Make the environment ready, then become the command that was asked for."""
    command, *arguments = sys.argv[1:]
    if arguments[:1] in (["-h"], ["--help"], ["help"]):
        print(HELP[command])
        return
    os.chdir(TOP)
    if not ready(command):
        alone = os.open(TOP, os.O_RDONLY)
        fcntl.flock(alone, fcntl.LOCK_EX)  # two starts at once: the second waits, and finds it done
        if not ready(command):
            install(command)
        os.close(alone)
    os.environ["GLACIER_STARTED"] = str(STARTED)
    # Six processes would compile Django anew at every start.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.execv(PYTHON, [str(PYTHON), "-m", MODULES[command], *arguments])  # noqa: S606


if __name__ == "__main__":
    try:
        main()
    except Trouble as trouble:
        sys.exit(f"\n{trouble}")
    except OSError as error:
        if error.errno == 28:
            sys.exit(f"\n{full_disk(VENV)}")
        what = f"{error.strerror}: {error.filename}" if error.strerror else str(error)
        sys.exit(f"\n{what}. Mend that and start again.")
    except KeyboardInterrupt:
        sys.exit("\nStopped before the packages were in place; the next start goes on from there.")
