"""The peer's tables, filled from ours: the same rows."""

from django.apps import apps
from django.core.management import call_command
from django.db import connection

_PEOPLE = """
INSERT INTO peers_person (id, username, password, is_superuser, is_staff, is_active, first_name, last_name,
                          email, date_joined, pseudonym, team)
SELECT u.id, u.pseudonym, '', false, false, true, '', '', u.email, now(), u.pseudonym, coalesce(o.name, '')
  FROM verification_user u
  LEFT JOIN verification_reviewer r ON r.user_id = u.id AND r.ended_at IS NULL AND r.confirmed_at IS NOT NULL
  LEFT JOIN verification_organisation o ON o.id = r.organisation_id
"""
_HOSPITALS = """
INSERT INTO peers_hospital (id, uid, name, proven) SELECT id, uid, name, proven FROM verification_organisation
"""
_ITEMS = "INSERT INTO peers_item (code, name_zh, name_en) SELECT code, name_zh, name_en FROM supplies_item"
_NEEDS = """
INSERT INTO peers_need (id, uid, version, state, hospital_id, hospital_name, origin, place, urgency, lines,
    delivery_address, office_line, contact_person, contact_phone, source_link, source_dated, remarks,
    private_note, grounds, verified_by_id, verified_at, entered_by_id, entered_at, confirmed_at, changed_at,
    published_at, unmet_since, freshness, due_at, overdue_at, stale_at)
SELECT n.id, n.uid, n.version, n.state, n.organisation_id, n.organisation_name, n.origin, n.place, p.urgency,
    n.lines, n.delivery_address, n.office_line, n.contact_person, n.contact_phone, n.source_link,
    n.source_dated, n.remarks, n.private_note, n.trust #> '{verified,grounds}', s.verified_by_id,
    date_trunc('second', n.verified_at), s.entered_by_id, date_trunc('second', s.entered_at), n.confirmed_at,
    date_trunc('second', n.changed_at), date_trunc('second', n.published_at), p.unmet_since, p.freshness,
    date_trunc('second', p.due_at), date_trunc('second', p.overdue_at), date_trunc('second', p.stale_at)
  FROM supplies_need n
  JOIN verification_public p ON p.uid = n.uid
  JOIN verification_submission s ON s.id = n.id
 ORDER BY n.id
"""
_SUBMISSIONS = """
INSERT INTO peers_submission (id, uid, status, payload, verified_by_id, verified_at)
SELECT id, uid, status, payload || jsonb_build_object('record', record), verified_by_id, verified_at
  FROM verification_submission WHERE status IN ('entered', 'collected') ORDER BY id
"""
_SHOWN = """
INSERT INTO peers_shown (uid, body, tokens)
SELECT uid, body, ARRAY(SELECT t FROM unnest(tokens) AS t WHERE t !~ '[:~]') FROM verification_public
"""
# What the peer only ever writes to is kept short, to its advantage: its journal, and one history row for each.
_ENTRIES = """
INSERT INTO peers_entry (at, action, need, body)
SELECT at, action, record, '' FROM verification_event WHERE record IS NOT NULL
"""


def fill() -> None:
    """Make the tables and fill them."""
    call_command("migrate", run_syncdb=True, verbosity=0, interactive=False)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET maintenance_work_mem = '1GB'")
        cursor.execute("DROP INDEX peers_tokens")
        for statement in (_PEOPLE, _HOSPITALS, _ITEMS, _NEEDS, _SUBMISSIONS, _SHOWN, _ENTRIES):
            cursor.execute(statement)
        cursor.execute("INSERT INTO peers_indexedneed SELECT * FROM peers_need ORDER BY id")
        for table in ("need", "submission"):
            columns = ", ".join(_columns(cursor, f"peers_{table}"))
            cursor.execute(
                f"INSERT INTO peers_historical{table} ({columns}, history_date, history_type)"
                f" SELECT {columns}, clock_timestamp(), '+' FROM peers_{table} ORDER BY id"
            )
        cursor.execute("CREATE INDEX peers_tokens ON peers_shown USING gin (tokens)")
        for model in apps.get_app_config("peers").get_models():
            if model._meta.auto_field is not None:
                table, column = model._meta.db_table, model._meta.auto_field.column
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'),"
                    f" (SELECT coalesce(max({column}), 1) FROM {table}))"
                )


def _columns(cursor: object, table: str) -> list[str]:
    cursor.execute(  # type: ignore[attr-defined]
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
        [table],
    )
    return [name for (name,) in cursor.fetchall()]  # type: ignore[attr-defined]
