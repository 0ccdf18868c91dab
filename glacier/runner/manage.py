"""./run manage: a command of manage.py with the state's servers and keys, whether ./run is up or not."""

import os
import subprocess
import sys

from glacier.runner.bootstrap import TOP, Trouble, end_with_parent
from glacier.runner.guard import Guard, wait_for_guard
from glacier.runner.servers import make_cluster, servers_of
from glacier.runner.state import open_state, read_private, socket_folder, take_lock
from glacier.runner.supervisor import Supervisor


def manage(arguments: list[str]) -> int:
    """Run `manage.py` with these arguments against this state; the command's exit code."""
    state = open_state()
    lock = take_lock(state.folder / "run.lock")
    if lock is None:
        running = read_private(state.folder / "run.json")
        if not running:
            raise Trouble("Another ./run is just starting: try again when it has printed its address.")
        return _call(arguments, running["env"])
    wait_for_guard(state.folder / "guard.lock")
    sockets = socket_folder(state.account)
    servers = servers_of(state, sockets)
    supervisor = Supervisor(Guard(state.folder / "guard.lock", sockets, close=[lock]))
    try:
        if servers.cluster:
            make_cluster(state, servers.cluster, beside_another=arguments[:1] == ["restore"])
            supervisor.start(servers.cluster.program)
            servers.cluster.wait()
            servers.cluster.ensure_database()
        if servers.valkey:
            supervisor.start(servers.valkey.program)
            servers.valkey.wait()
        return _call(arguments, servers.env)
    finally:
        supervisor.stop()


def _call(arguments: list[str], env: dict[str, str]) -> int:
    return subprocess.call(
        [sys.executable, str(TOP / "manage.py"), *arguments],
        env={**os.environ, **env},
        cwd=TOP,
        preexec_fn=end_with_parent(),
    )
