"""Databases for tests: one is migrated once per run, the others are copies of it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connections

from glacier.runner.postgres import Cluster
from tests.machinery.surroundings import Surroundings

TEMPLATE = "glacier_template"


def ensure_template(share: Surroundings) -> None:
    """Migrate the template database, once among all processes of this run."""
    folder = share.servers.folder
    done = folder / "template.done"
    with (folder / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if done.exists():
            return
        share.servers.cluster.ensure_database(TEMPLATE)
        with using(TEMPLATE):
            call_command("migrate", verbosity=0, interactive=False)
        done.touch()


def renew(cluster: Cluster, name: str) -> None:
    """Make the database a fresh copy of the template; whoever was connected to the old one is cut off."""
    with cluster.connect() as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}"')


def drop(cluster: Cluster, name: str) -> None:
    """Remove the database."""
    with cluster.connect() as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def using(name: str, cluster: Cluster | None = None) -> Iterator[None]:
    """Let Django, in all threads of this process, and processes started meanwhile, use another database."""
    connection = connections["default"]
    settings, url = connection.settings_dict, os.environ["DATABASE_URL"]
    before = settings["NAME"], settings["OPTIONS"]
    connection.close()
    settings["NAME"] = name
    if cluster:
        settings["OPTIONS"] = {**settings["OPTIONS"], "host": str(cluster.socket)}
        os.environ["DATABASE_URL"] = cluster.url(name)
    else:
        os.environ["DATABASE_URL"] = url.replace(f"/{before[0]}?", f"/{name}?")
    try:
        yield
    finally:
        connections["default"].close()
        settings["NAME"], settings["OPTIONS"] = before
        os.environ["DATABASE_URL"] = url
