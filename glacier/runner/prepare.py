"""Making the database ready, as a child of ./run: back up, migrate, load the demonstration.

Called as `python -m glacier.runner.prepare ACCOUNTS BACKUPS`: the text about the demonstration's accounts is
written to the first, backups go to the second.
"""

import io
import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from glacier.runner.bootstrap import Trouble, say
from glacier.runner.postgres import assert_chinese


def prepare(accounts: Path, backups: Path) -> None:
    """Bring the database to this code's migrations, a backup first where there is something to lose."""
    try:
        connection.ensure_connection()
    except OperationalError as error:
        said = str(error).splitlines()[0]
        raise Trouble(f"The database that DATABASE_URL names does not answer ({said}).") from None
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan and executor.loader.applied_migrations:
        say(f"backing up before {len(plan)} migrations")
        call_command("backup", backups, reason="before-migration", stdout=io.StringIO())
    if plan:
        say(f"applying {len(plan)} migrations")
    call_command("migrate", verbosity=0, interactive=False)
    assert_chinese(connection.connection)
    text = io.StringIO()
    if settings.DEMO:
        say("looking after the demonstration's lists")
        call_command("demonstration", stdout=io.StringIO())
        call_command("demonstration", accounts=True, stdout=text)
    accounts.touch(mode=0o600)
    accounts.write_text(text.getvalue())


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "glacier.settings")
    django.setup()
    try:
        prepare(Path(sys.argv[1]), Path(sys.argv[2]))
    except Trouble as trouble:
        sys.exit(str(trouble))
