"""The environment of one pytest process: its own database, Valkey number, state folder and port."""

import os
import socket
from dataclasses import dataclass

from glacier.runner.temporary import TemporaryServers


@dataclass(frozen=True)
class Surroundings:
    """What this process has of the servers. `name` is the xdist worker's, or main."""

    servers: TemporaryServers
    name: str
    number: int
    port: int

    @property
    def database(self) -> str:
        """The database of tests that are rolled back."""
        return f"glacier_{self.name}"

    @property
    def live_database(self) -> str:
        """The database of a test that commits; made anew for each."""
        return f"glacier_{self.name}_live"

    @property
    def url(self) -> str:
        """The address of this process's web server, whether it runs or not."""
        return f"http://127.0.0.1:{self.port}"


_entered: list[Surroundings] = []


def surroundings() -> Surroundings:
    """This process's surroundings."""
    return _entered[-1]


def enter(servers: TemporaryServers) -> None:
    """Take a share of the servers and name it in the environment, before Django reads its settings."""
    name = os.environ.get("PYTEST_XDIST_WORKER", "main")
    number = int(name.removeprefix("gw")) + 1 if name.startswith("gw") else 0
    share = Surroundings(servers, name, number, _free_port())
    _entered.append(share)
    os.environ.update(
        servers.env(share.database, number, name),
        DJANGO_SETTINGS_MODULE="glacier.settings",
        # Playwright's sync interface keeps an event loop in the thread, which Django takes for async code.
        DJANGO_ALLOW_ASYNC_UNSAFE="true",
        GLACIER_DEMO="1",
        GLACIER_BUILD="test",
        GLACIER_URL=share.url,
        GLACIER_LOG_LEVEL="WARNING",
        ALLOWED_HOSTS="localhost,127.0.0.1,testserver",
    )
    for name in ("EMAIL_URL", "CSRF_TRUSTED_ORIGINS", "GLACIER_DEBUG"):
        os.environ.pop(name, None)


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port
