"""The servers of one state: PostgreSQL and Valkey of our own, or the addresses the environment names."""

import os
from dataclasses import dataclass
from pathlib import Path

from glacier.runner import postgres, valkey
from glacier.runner.bootstrap import Trouble, say
from glacier.runner.postgres import Cluster
from glacier.runner.state import State, build, keys
from glacier.runner.valkey import Valkey


@dataclass(frozen=True)
class Servers:
    """What is started here (None: it runs elsewhere) and the environment that leads to it."""

    cluster: Cluster | None
    valkey: Valkey | None
    env: dict[str, str]


def servers_of(state: State, sockets: Path) -> Servers:
    """Lay out the servers of this state. Starts nothing."""
    env = {"GLACIER_STATE": str(state.folder), "GLACIER_BUILD": build(), **keys(state)}
    cluster = store = None
    if "DATABASE_URL" not in os.environ:
        cluster = cluster_of(state, sockets)
        env["DATABASE_URL"] = cluster.url()
    if "REDIS_URL" not in os.environ:
        store = valkey_of(state, sockets)
        env.update(store.urls())
    return Servers(cluster, store, env)


def cluster_of(state: State, sockets: Path) -> Cluster:
    """This state's PostgreSQL; refuses one whose data another major version wrote."""
    programs = postgres.programs(state.account, state.folder / "programs")
    major = postgres.version_of(programs).split(".")[0]
    folder = state.folder / f"postgres-{major}"
    return Cluster(programs, folder, sockets, state.logs / "postgres.log", state.account)


def make_cluster(state: State, cluster: Cluster, beside_another: bool = False) -> None:
    """Make the data folder if there is none; refuses where another major version's data is waiting."""
    if cluster.exists():
        return
    others = [folder for folder in state.folder.glob("postgres-*") if folder.suffix != ".half"]
    if others and not beside_another:
        raise Trouble(_other_major(state, cluster, others[-1]))
    say("making the database")
    cluster.create()


def _other_major(state: State, cluster: Cluster, other: Path) -> str:
    old, new = (folder.name.removeprefix("postgres-") for folder in (other, cluster.folder))
    backups = sorted(state.backups.glob("*.dump"))
    newest = backups[-1] if backups else state.backups / "FILE"
    found = f"The newest backup is {newest}" if backups else f"There is no backup in {state.backups}"
    return (
        f"Nothing was started: your data in {other} was written by PostgreSQL {old}, and this version of "
        f"Glacier brings PostgreSQL {new}, which cannot read it.\n"
        f"{found}; for one of today go back to the earlier version and say ./run manage backup there.\n"
        f"Then restore it into the new one:  ./run manage restore {newest}"
    )


def valkey_of(state: State, sockets: Path) -> Valkey:
    """This state's Valkey."""
    binary = valkey.program(state.account, state.folder / "programs")
    folder = state.servers_folder("valkey")
    return Valkey(binary, folder, sockets, state.logs / "valkey.log", state.account)
