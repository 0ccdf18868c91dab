"""Backups of the database, of our own server or an outside one: by pg_dump, restored in one transaction.

A backup holds what is in PostgreSQL. The keys (keys.json in the state folder, or what the environment
names) are kept apart on purpose: a stolen backup does not give away the reviewers' legal names.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from glacier.runner.bootstrap import Trouble, full_disk
from glacier.runner.commands import Command
from glacier.runner.postgres import programs, version_of
from glacier.runner.processes import finish

# Of the backups ./run makes by itself; those a person asked for are never removed.
KEPT = 10


def connection_env(database: Mapping[str, Any]) -> dict[str, str]:
    """One of Django's DATABASES as the environment variables of PostgreSQL's own programs."""
    options = database.get("OPTIONS") or {}
    values = {
        "PGHOST": database.get("HOST") or options.get("host"),
        "PGPORT": database.get("PORT") or options.get("port"),
        "PGUSER": database.get("USER"),
        "PGPASSWORD": database.get("PASSWORD"),
        "PGDATABASE": database.get("NAME"),
        "PGSSLMODE": options.get("sslmode"),
        "PGSSLROOTCERT": options.get("sslrootcert"),
    }
    return {name: str(value) for name, value in values.items() if value}


def server_major(connection: BaseDatabaseWrapper) -> int:
    """The major version of the server behind this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0]) // 10000


def client(major: int) -> Path:
    """The folder of pg_dump, pg_restore and psql for a server of this major version.

    The same version where the machine has it; else ours, which reads servers up to its own version.
    """
    same = Path(f"/usr/lib/postgresql/{major}/bin")
    if (same / "pg_dump").exists():
        return same
    ours = programs(None, Path())
    if (ours / "pg_dump").exists() and int(version_of(ours).split(".")[0]) >= major:
        return ours
    found = shutil.which("pg_dump")
    if found is None:
        raise Trouble(f"There is no pg_dump for PostgreSQL {major} here: install its client programs.")
    return Path(found).parent


def back_up(database: Mapping[str, Any], major: int, folder: Path, reason: str) -> Path:
    """Write the whole database into a new file in `folder`; whole or not at all."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # To the microsecond: two of one second must not share a name.
    target = folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{reason}.dump"
    half = target.with_suffix(".half")
    command: Command = [client(major) / "pg_dump", "--format=custom", "--no-owner", "--file", half]
    try:
        half.touch(mode=0o600)
        finish(command, connection_env(database), "The backup")
        half.rename(target)
    except Trouble as trouble:
        half.unlink(missing_ok=True)
        raise full_disk(folder) if "No space left" in str(trouble) else trouble from None
    for old in sorted(folder.glob("*-before-*.dump"))[:-KEPT]:
        old.unlink()
    return target


def restore(database: Mapping[str, Any], major: int, backup: Path) -> None:
    """Replace everything in the database by the backup, in one transaction: all of it, or nothing."""
    tools = client(major)
    env = connection_env(database)
    finish([tools / "pg_restore", "--list", backup], env, f"Reading {backup}")
    reader = subprocess.Popen(
        [tools / "pg_restore", "--no-owner", "--file=-", backup],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    emptied = "SET client_min_messages = warning; DROP SCHEMA public CASCADE; CREATE SCHEMA public;"
    once = ["--single-transaction", "--set=ON_ERROR_STOP=1", "-c", emptied, "-f", "-"]
    writer = subprocess.Popen(
        [tools / "psql", "--no-psqlrc", "--quiet", f"--output={os.devnull}", *once],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **env},
    )
    assert reader.stdout
    assert writer.stdin
    try:
        for line in reader.stdout:
            # A setting that servers before 17 do not know.
            if major >= 17 or not line.startswith(b"SET transaction_timeout"):
                writer.stdin.write(line)
        if reader.wait():
            writer.stdin.write(b"\nTHE BACKUP ENDED EARLY;\n")
        writer.stdin.close()
    except BrokenPipeError:
        reader.kill()
    said = writer.stderr.read().decode(errors="replace") if writer.stderr else ""
    if writer.wait() or reader.wait():
        raise Trouble(f"Nothing was restored, the database is as it was:\n{said.strip()}")
