"""Where Glacier keeps its state: the folder, the lock that makes one ./run the only one, keys, sockets."""

import base64
import fcntl
import hashlib
import json
import os
import secrets
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glacier.runner.bootstrap import TOP, Trouble, full_disk
from glacier.runner.processes import Account, reachable, unprivileged

# A socket's path may have 107 bytes, of which PostgreSQL's lock file takes 22, mkdtemp's letters 8, /s 2.
LONGEST_FOLDER = 70
ROOM = 200 * 1024 * 1024


@dataclass(frozen=True)
class State:
    """The state folder, and the user its servers run as (None: whoever calls)."""

    folder: Path
    account: Account | None

    @property
    def logs(self) -> Path:
        """The folder of the log files."""
        return self.folder / "log"

    @property
    def backups(self) -> Path:
        """The folder of the backups."""
        return self.folder / "backups"

    def servers_folder(self, name: str) -> Path:
        """A folder that belongs to the user the servers run as."""
        folder = self.folder / name
        folder.mkdir(mode=0o700, exist_ok=True)
        if self.account:
            os.chown(folder, self.account.uid, self.account.gid)
        return folder


def chosen_folder() -> Path:
    """GLACIER_STATE; else var/, and for root a folder that its unprivileged user can reach."""
    if chosen := os.environ.get("GLACIER_STATE"):
        return Path(chosen).absolute()
    if os.geteuid() == 0:
        return Path("/var/lib/glacier") / hashlib.sha256(str(TOP).encode()).hexdigest()[:12]
    return TOP / "var"


def open_state() -> State:
    """Make the state folder where it is missing; refuses one that cannot be used, saying what to do."""
    folder, account = chosen_folder(), unprivileged()
    try:
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    except (PermissionError, FileExistsError, NotADirectoryError) as error:
        raise Trouble(
            f"The state folder {folder} cannot be made ({error.strerror}): set GLACIER_STATE."
        ) from error
    if not os.access(folder, os.W_OK):
        raise Trouble(
            f"The state folder {folder} belongs to somebody else: set GLACIER_STATE to one of your own."
        )
    if account and not reachable(folder, account):
        raise Trouble(
            f"The state folder {folder} cannot be reached by {account.name}, as whom the servers run "
            "when you are root: set GLACIER_STATE to one that can."
        )
    if shutil.disk_usage(folder).free < ROOM:
        raise full_disk(folder)
    for name in ("log", "backups", "programs", "static"):
        (folder / name).mkdir(mode=0o755 if name == "programs" else 0o700, exist_ok=True)
    return State(folder, account)


def take_lock(path: Path, wait: bool = False) -> int | None:
    """Hold the lock file until this process ends; None when another holds it (unless `wait`)."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def write_private(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON file whole or not at all, readable by its owner only."""
    half = path.with_name(path.name + ".half")
    half.unlink(missing_ok=True)
    with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file, indent=1, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    half.rename(path)


def read_private(path: Path) -> dict[str, Any]:
    """The content of such a file; empty when there is none."""
    if not path.exists():
        return {}
    content: dict[str, Any] = json.loads(path.read_text())
    return content


def keys(state: State) -> dict[str, str]:
    """SECRET_KEY and GLACIER_NAME_KEYS: the environment's, else this state's own, made once and kept.

    Whoever loses the name keys loses the reviewers' legal names, so a file that cannot be read is
    refused, never replaced.
    """
    path = state.folder / "keys.json"
    try:
        kept = read_private(path)
    except ValueError as error:
        raise Trouble(
            f"{path} is damaged: put it back from your backup; without it names stay sealed."
        ) from error
    fresh = {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "GLACIER_NAME_KEYS": base64.urlsafe_b64encode(os.urandom(32)).decode(),
    }
    if fresh.keys() - kept.keys():
        kept = {**fresh, **kept}
        write_private(path, kept)
    return {name: os.environ.get(name) or kept[name] for name in fresh}


def short_folder(account: Account | None, prefix: str) -> Path:
    """A new temporary folder with a path short enough for sockets, that the account can reach."""
    for parent in dict.fromkeys([tempfile.gettempdir(), "/tmp", "/var/tmp"]):  # noqa: S108
        usable = os.access(parent, os.W_OK) and (account is None or reachable(Path(parent), account))
        if usable and len(os.fsencode(parent)) + len(prefix) <= LONGEST_FOLDER:
            return Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    raise Trouble("There is no temporary folder with a short name that can be written to: set TMPDIR to one.")


def socket_folder(account: Account | None) -> Path:
    """A new short folder for sockets that nobody but the servers' user (and root) may enter."""
    folder = short_folder(account, "glacier-")
    if account:
        os.chown(folder, account.uid, account.gid)
    return folder


def build() -> str:
    """A short hash of the code and pages of this checkout, part of every ETag."""
    digest = hashlib.sha256()
    for name in ("glacier", "verification", "supplies", "templates", "static", "locale"):
        for path in sorted((TOP / name).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(str(path.relative_to(TOP)).encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:10]
