"""Bringing everything up: lock, port, servers, migrations, demonstration, then the processes that serve."""

import errno
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from glacier.runner import commands
from glacier.runner.bootstrap import STARTED, TOP, Trouble, end_with_parent, full_disk, say
from glacier.runner.guard import Guard, wait_for_guard
from glacier.runner.processes import Program
from glacier.runner.servers import Servers, make_cluster, servers_of
from glacier.runner.state import State, open_state, read_private, socket_folder, take_lock, write_private
from glacier.runner.supervisor import Stopped, Supervisor, adopt_orphans

# A web process that dies this often before its first answer will not come up.
TRIES = 3
LOG_LIMIT = 5 * 1024 * 1024


@dataclass(frozen=True)
class Address:
    """Where the web answers."""

    host: str
    port: int

    @property
    def bind(self) -> str:
        """Host and port in one, as gunicorn takes them."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The address people are told."""
        return os.environ.get("GLACIER_URL") or f"http://localhost:{self.port}"

    def hosts(self) -> str:
        """ALLOWED_HOSTS: this machine, and the name people know it by."""
        names = ["localhost", "127.0.0.1", "[::1]", urlsplit(self.url).hostname or ""]
        if self.host not in ("127.0.0.1", "localhost"):
            names += [self.host, socket.gethostname()]
        return os.environ.get("ALLOWED_HOSTS") or ",".join(dict.fromkeys(filter(None, names)))


def chosen_address() -> Address:
    """HOST and PORT; refuses a port that is none, is taken, or may not be used."""
    host, text = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Trouble(
            f"PORT={text} is not a port: choose a number from 1024 to 65535, such as PORT=8001 ./run"
        )
    try:
        _try_to_bind(host, int(text))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            other = _free_port(host, int(text))
            raise Trouble(
                f"Port {text} is taken by another program: choose another, PORT={other} ./run"
            ) from error
        raise Trouble(f"Port {text} on {host} cannot be used ({error.strerror}): choose another.") from error
    return Address(host, int(text))


def _try_to_bind(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        trial.bind((host, port))


def _free_port(host: str, taken: int) -> int:
    for port in range(taken + 1, min(taken + 50, 65536)):
        try:
            _try_to_bind(host, port)
        except OSError:
            continue
        return port
    return 18000


def up() -> int:
    """Bring everything up and keep it up until asked to stop; the exit code."""
    state = open_state()
    lock = take_lock(state.folder / "run.lock")
    if lock is None:
        return tell_of_the_first(state)
    wait_for_guard(state.folder / "guard.lock")
    (state.folder / "run.json").unlink(missing_ok=True)
    address = chosen_address()
    rotate_logs(state)
    sockets = socket_folder(state.account)
    guard = Guard(state.folder / "guard.lock", sockets, close=[lock])
    adopt_orphans()
    supervisor = Supervisor(guard)
    try:
        serve(state, address, sockets, supervisor)
    except Stopped:
        print(flush=True)
        say("stopping")
    finally:
        supervisor.stop()
        (state.folder / "run.json").unlink(missing_ok=True)
    say("stopped; everything is kept for the next ./run")
    return 0


def tell_of_the_first(state: State) -> int:
    """A second ./run: where the first one answers."""
    running = read_private(state.folder / "run.json")
    if running:
        print(f"Glacier is already running: {running['url']}\n{running['accounts']}")
    else:
        print("Another ./run is just starting here, or a ./run manage is at work: look again in a moment.")
    return 0


def serve(state: State, address: Address, sockets: Path, supervisor: Supervisor) -> None:
    """Everything from the first server to the last word; returns only by Stopped."""
    servers = servers_of(state, sockets)
    start_servers(state, servers, supervisor)
    env = {
        **servers.env,
        "GLACIER_DEMO": os.environ.get("GLACIER_DEMO") or "1",
        "GLACIER_URL": address.url,
        "ALLOWED_HOSTS": address.hosts(),
    }
    accounts = prepare(state, env)
    say("starting web, worker, beat and clock")
    for program in processes(state, address, env):
        supervisor.start(program)
    wait_for_web(supervisor, address)
    write_private(
        state.folder / "run.json",
        {"pid": os.getpid(), "url": address.url, "accounts": accounts, "env": env},
    )
    say("up")
    print(f"\n  {address.url}/\n\n{accounts}\n  Ctrl-C stops it. Logs: {state.logs}\n", flush=True)
    while True:
        supervisor.look()
        time.sleep(0.25)


def start_servers(state: State, servers: Servers, supervisor: Supervisor) -> None:
    """PostgreSQL and Valkey, where they are ours; both start while we wait for either."""
    if servers.cluster:
        make_cluster(state, servers.cluster)
        supervisor.start(servers.cluster.program)
    if servers.valkey:
        supervisor.start(servers.valkey.program)
        servers.valkey.wait()
    if servers.cluster:
        servers.cluster.wait()
        servers.cluster.ensure_database()
        say("PostgreSQL and Valkey are up" if servers.valkey else "PostgreSQL is up")


def prepare(state: State, env: dict[str, str]) -> str:
    """Back up, migrate, load the demonstration, in one child process; the text about the accounts."""
    log, accounts = state.logs / "prepare.log", state.folder / "accounts.txt"
    with log.open("wb") as errors:
        code = subprocess.call(
            [sys.executable, "-m", "glacier.runner.prepare", str(accounts), str(state.backups)],
            env={**os.environ, **env, "GLACIER_STARTED": str(STARTED)},
            cwd=TOP,
            stdin=subprocess.DEVNULL,
            stderr=errors,
            preexec_fn=end_with_parent(),
        )
    if code:
        said = log.read_text(errors="replace").strip()
        if "No space left on device" in said:
            raise full_disk(state.folder)
        last = said.splitlines()[-1] if said else f"exit code {code}"
        raise Trouble(f"The database is not ready: {last}\nMore is in {log}")
    return accounts.read_text()


def processes(state: State, address: Address, env: dict[str, str]) -> list[Program]:
    """Web, Celery's worker and beat, and the clock: all run as whoever called ./run."""
    lines = {
        "web": commands.web(address.bind, int(os.environ.get("WEB_CONCURRENCY") or 2)),
        "worker": commands.worker(),
        "beat": commands.beat(state.folder),
        "clock": commands.clock(),
    }
    return [Program(name, line, state.logs / f"{name}.log", env) for name, line in lines.items()]


def wait_for_web(supervisor: Supervisor, address: Address) -> None:
    """Return when the first page is answered; refuses with the log's end when it never is."""
    web = next(program for program in supervisor.programs if program.name == "web")

    def decided() -> bool:
        return page_answers(address) or supervisor.deaths("web") >= TRIES

    supervisor.watch(decided, 60)
    if not page_answers(address):
        raise web.trouble("The web process does not answer")


def page_answers(address: Address) -> bool:
    """Whether the home page is served now."""
    host = "127.0.0.1" if address.host in ("0.0.0.0", "localhost") else address.host  # noqa: S104
    request = urllib.request.Request(
        f"http://{host}:{address.port}/", headers={"Host": f"localhost:{address.port}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
            return bool(response.status == 200)
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def rotate_logs(state: State) -> None:
    """Put a log that has grown large aside; one older file of each is kept."""
    for log in state.logs.glob("*.log"):
        if log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))
