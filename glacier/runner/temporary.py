"""Servers that nobody will miss: PostgreSQL and Valkey in a temporary folder, for checks and tests."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from glacier.runner import postgres, valkey
from glacier.runner.postgres import Cluster
from glacier.runner.processes import unprivileged
from glacier.runner.state import State, keys, short_folder
from glacier.runner.valkey import Valkey


@dataclass(frozen=True)
class TemporaryServers:
    """A PostgreSQL and a Valkey below one folder; any process may open the folder and connect."""

    folder: Path
    cluster: Cluster
    valkey: Valkey

    def start(self) -> None:
        """Make the database folder, start both, wait for both."""
        self.cluster.create()
        self.cluster.program.start()
        self.valkey.start()
        self.cluster.wait()
        self.cluster.ensure_database("postgres")

    def stop(self) -> None:
        """End both at once and remove every trace; nothing in them is to be kept."""
        self.cluster.program.kill()
        self.valkey.program.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def env(self, database: str, number: int, state: str) -> dict[str, str]:
        """What leads a process to one of the databases of each, and to a state folder of its own."""
        folder = self.folder / "state" / state
        (folder / "static").mkdir(parents=True, exist_ok=True)
        return {
            "DATABASE_URL": self.cluster.url(database),
            **self.valkey.urls(number),
            "GLACIER_STATE": str(folder),
            **keys(State(folder, None)),
        }


def lay_out(folder: Path | None = None, durable: bool = False) -> TemporaryServers:
    """The servers of this folder, or of a new one. Starts nothing.

    `durable` keeps fsync and synchronous_commit on, for tests about what survives a kill.
    """
    account = unprivileged()
    if folder is None:
        folder = short_folder(account, "glacier-test-")
        folder.chmod(0o755)
        for name in ("data", "valkey", "s"):
            (folder / name).mkdir(mode=0o700)
            if account:
                os.chown(folder / name, account.uid, account.gid)
        for name in ("log", "state", "programs"):
            (folder / name).mkdir()
    programs = postgres.programs(account, folder / "programs")
    cluster = Cluster(
        programs,
        folder / "data" / "postgres",
        folder / "s",
        folder / "log" / "postgres.log",
        account,
        durable,
    )
    binary = valkey.program(account, folder / "programs")
    store = Valkey(binary, folder / "valkey", folder / "s", folder / "log" / "valkey.log", account)
    return TemporaryServers(folder, cluster, store)
