"""manage.py backup and restore."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else []


def test_restore_brings_back_what_was_backed_up(committed_db, tmp_path, capsys):
    run("CREATE TABLE kept AS SELECT '武汉市第一医院' AS name")
    call_command("backup", tmp_path)
    backup = tmp_path / capsys.readouterr().out.strip()
    assert backup.stat().st_mode & 0o777 == 0o600
    run("DROP TABLE kept")
    run("CREATE TABLE later (n int)")

    call_command("restore", backup)

    assert run("SELECT name FROM kept") == [("武汉市第一医院",)]
    assert run("SELECT to_regclass('later')") == [(None,)]
    assert run("SELECT count(*) > 10 FROM django_migrations") == [(True,)]
    before = capsys.readouterr().out.splitlines()[0].rpartition(" ")[2]
    call_command("restore", before)
    assert run("SELECT to_regclass('later') IS NOT NULL") == [(True,)]


def test_restore_of_a_broken_file_changes_nothing(committed_db, tmp_path):
    run("CREATE TABLE kept (n int)")
    call_command("backup", tmp_path)
    whole = next(tmp_path.glob("*.dump"))
    broken = tmp_path / "broken.dump"
    broken.write_bytes(whole.read_bytes()[:-3000])
    with pytest.raises(CommandError):
        call_command("restore", broken)
    assert run("SELECT to_regclass('kept') IS NOT NULL") == [(True,)]


def test_restore_without_a_file_is_refused(committed_db, tmp_path):
    with pytest.raises(CommandError, match="no file"):
        call_command("restore", tmp_path / "nothing")
