"""What the database itself guarantees: history of tracked tables, an append-only journal, frozen payloads.

Installed after every migration, so that a new tracked model or column is covered the moment it exists.
"""

from typing import Any

from django.apps import apps
from django.db import connections, models
from simple_history.utils import get_history_manager_for_model

# The statement's rows go to the history table with the actor of the transaction; no actor, no write. A function for
# each table, because PostgreSQL keeps the plan of a statement it knows and makes one anew for each EXECUTE: which is
# the way where a column came after the function was written, so that it is recorded at once, and while migrations
# run, which rename and drop them. clock_timestamp(): two writes of one transaction must not tie.
WRITE_HISTORY = """
CREATE OR REPLACE FUNCTION "{function}"() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    actor text := coalesce(current_setting('glacier.actor', true), '');
    why text := coalesce(current_setting('glacier.reason', true), '');
    request text := coalesce(current_setting('glacier.request', true), '');
    what text := CASE TG_OP WHEN 'INSERT' THEN '+' WHEN 'UPDATE' THEN '~' ELSE '-' END;
BEGIN
    IF actor = '' THEN
        RAISE EXCEPTION 'a write to % needs a named actor', TG_TABLE_NAME
            USING HINT = 'Use verification.journal.acting(by=..., reason=...).', ERRCODE = 'GL001';
    END IF;
    IF coalesce(current_setting('glacier.migrating', true), '') = ''
       AND (SELECT relnatts FROM pg_class WHERE oid = TG_RELID) = {columns}
       AND (SELECT relnatts FROM pg_class WHERE oid = '"{history}"'::regclass) = {history_columns} THEN
        INSERT INTO "{history}" ({targets}, history_date, history_type, history_user_id, history_change_reason,
                                 history_request_id)
        SELECT {sources}, clock_timestamp(), what, actor::bigint, why, request FROM changed r;
    ELSE
        EXECUTE glacier_history_statement(TG_RELID, '"{history}"') USING what, actor::bigint, why, request;
    END IF;
    RETURN NULL;
END $$;
"""

# The columns of the tracked table that its history has too, as they stand at this moment. A password is never copied.
HISTORY_COLUMNS = """
SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum),
       string_agg(CASE a.attname WHEN 'password' THEN quote_literal('') ELSE 'r.' || quote_ident(a.attname) END,
                  ', ' ORDER BY a.attnum)
  FROM pg_attribute a
  JOIN pg_attribute h ON h.attrelid = {history} AND h.attname = a.attname
                     AND h.attnum > 0 AND NOT h.attisdropped
 WHERE a.attrelid = {tracked} AND a.attnum > 0 AND NOT a.attisdropped
"""

HISTORY_STATEMENT = """
CREATE OR REPLACE FUNCTION glacier_history_statement(tracked regclass, history regclass) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT format(
        'INSERT INTO %s (%s, history_date, history_type, history_user_id, history_change_reason, history_request_id)'
        ' SELECT %s, clock_timestamp(), $1, $2, $3, $4 FROM changed r', history, c.targets, c.sources)
      FROM ({columns}) AS c (targets, sources)
$$;
""".replace("{columns}", HISTORY_COLUMNS.format(history="history", tracked="tracked"))

REFUSE = """
CREATE OR REPLACE FUNCTION glacier_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0] USING ERRCODE = 'GL002';
END $$;
"""

NOTE_EVENT = """
CREATE OR REPLACE FUNCTION glacier_note_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO verification_unsequenced (event_id) SELECT id FROM changed;
    PERFORM pg_notify('glacier_journal', '');
    RETURN NULL;
END $$;
"""

# What reviewers verified must be what is published: a payload changes only where no step stands.
FREEZE_PAYLOAD = """
CREATE OR REPLACE FUNCTION glacier_freeze_payload() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status NOT IN ('collected', 'returned') THEN
        RAISE EXCEPTION 'the payload of a submission at % is frozen', NEW.status USING ERRCODE = 'GL003';
    END IF;
    RETURN NEW;
END $$;
"""

# A merged record leads to one that is merged nowhere itself: no chains, so no circles.
MERGE_TO_ROOT = """
CREATE OR REPLACE FUNCTION glacier_merge_to_root() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM verification_public
                    WHERE uid = NEW.merged_into AND kind = NEW.kind AND merged_into IS NULL)
       OR EXISTS (SELECT FROM verification_public WHERE merged_into = NEW.uid) THEN
        RAISE EXCEPTION 'record % is not merged into a root of its own list', NEW.uid USING ERRCODE = 'GL004';
    END IF;
    RETURN NEW;
END $$;
"""

# Where two people decide, a coordinator chooses one of them at most: chance hands out the other step.
DIRECT_ONE_STEP = """
CREATE OR REPLACE FUNCTION glacier_direct_one_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT h.given = 'directed' FROM verification_handing h
          JOIN verification_submission s ON s.id = h.submission_id AND s.verified_by_id = h.reviewer_id
                                                     AND s.people > 1
         WHERE h.submission_id = NEW.submission_id AND h.at <= s.verified_at
         ORDER BY h.id DESC LIMIT 1) THEN
        RAISE EXCEPTION 'both steps of submission % would be directed', NEW.submission_id USING ERRCODE = 'GL005';
    END IF;
    RETURN NEW;
END $$;
"""

# What was written lately waits in a list of each GIN index, which every look-up reads from end to end: a page that asks
# for a hundred digests reads it a hundred times. Its owner may merge it; so may whoever calls this.
MERGE_PENDING = """
CREATE OR REPLACE FUNCTION glacier_merge_pending() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT gin_clean_pending_list('public_tokens'::regclass)
         + gin_clean_pending_list('submission_likeness'::regclass)
$$;
"""


_FUNCTIONS = (
    *(HISTORY_STATEMENT, REFUSE, NOTE_EVENT, FREEZE_PAYLOAD),
    *(MERGE_TO_ROOT, DIRECT_ONE_STEP, MERGE_PENDING),
)


def tracked_models() -> list[type[models.Model]]:
    """Every model whose history is kept."""
    return [m for m in apps.get_models() if hasattr(m._meta, "simple_history_manager_attribute")]


def function_of(model: type[models.Model]) -> str:
    """The name of the function that writes this model's history."""
    return f"glacier_history_of_{model._meta.db_table}"


def keep_history(cursor: Any, model: type[models.Model]) -> None:
    """Install what writes this model's history, for its tables as they stand at this moment."""
    cursor.execute(_history_function(cursor, model))
    for statement in _history_triggers(model):
        cursor.execute(statement)


def _history_function(cursor: Any, model: type[models.Model]) -> str:
    table = model._meta.db_table
    history = get_history_manager_for_model(model).model._meta.db_table
    tables = [f'"{history}"', f'"{table}"']
    cursor.execute(HISTORY_COLUMNS.format(history="%s::regclass", tracked="%s::regclass"), tables)
    targets, sources = cursor.fetchone()
    cursor.execute("SELECT relnatts FROM pg_class WHERE oid = %s::regclass", tables[:1])
    (history_columns,) = cursor.fetchone()
    cursor.execute("SELECT relnatts FROM pg_class WHERE oid = %s::regclass", tables[1:])
    (columns,) = cursor.fetchone()
    return WRITE_HISTORY.format(
        function=function_of(model),
        history=history,
        targets=targets,
        sources=sources,
        columns=columns,
        history_columns=history_columns,
    )


def _history_triggers(model: type[models.Model]) -> list[str]:
    table = model._meta.db_table
    history = get_history_manager_for_model(model).model._meta.db_table
    statements = []
    for event, rows in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
        name = f"glacier_history_{event.lower()}"
        statements.append(
            f'CREATE OR REPLACE TRIGGER {name} AFTER {event} ON "{table}" '
            f"REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT "
            f'EXECUTE FUNCTION "{function_of(model)}"()'
        )
    statements.append(_refuse(table, "TRUNCATE", "its history would miss it"))
    statements.append(_refuse(history, "UPDATE OR DELETE OR TRUNCATE", "history is kept as it was written"))
    return statements


def _refuse(table: str, events: str, why: str) -> str:
    return (
        f'CREATE OR REPLACE TRIGGER glacier_refuse BEFORE {events} ON "{table}" '
        f"FOR EACH STATEMENT EXECUTE FUNCTION glacier_refuse('{why}')"
    )


def _journal_triggers() -> list[str]:
    append_only = "the journal is append-only"
    return [
        _refuse("verification_event", "UPDATE OR DELETE OR TRUNCATE", append_only),
        _refuse("verification_leaf", "UPDATE OR DELETE OR TRUNCATE", append_only),
        _refuse(
            "verification_handing", "UPDATE OR DELETE OR TRUNCATE", "who was handed what is kept as it was"
        ),
        "CREATE OR REPLACE TRIGGER glacier_direct_one_step BEFORE INSERT ON verification_handing FOR EACH ROW "
        "WHEN (NEW.given = 'directed' AND NEW.status = 'verified') "
        "EXECUTE FUNCTION glacier_direct_one_step()",
        "CREATE OR REPLACE TRIGGER glacier_note_events AFTER INSERT ON verification_event "
        "REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION glacier_note_events()",
        "CREATE OR REPLACE TRIGGER glacier_freeze_payload BEFORE UPDATE OF payload, schema ON "
        "verification_submission FOR EACH ROW "
        "WHEN (OLD.payload IS DISTINCT FROM NEW.payload OR OLD.schema IS DISTINCT FROM NEW.schema) "
        "EXECUTE FUNCTION glacier_freeze_payload()",
        "CREATE OR REPLACE TRIGGER glacier_merge_to_root BEFORE INSERT OR UPDATE OF merged_into ON "
        "verification_public FOR EACH ROW WHEN (NEW.merged_into IS NOT NULL) "
        "EXECUTE FUNCTION glacier_merge_to_root()",
    ]


_MIGRATING = "SELECT set_config('glacier.migrating', %s, false)"


def mark_migration(using: str, **kwargs: Any) -> None:
    """From here until the triggers are installed anew, this session's history looks its columns up each time."""
    with connections[using].cursor() as cursor:
        cursor.execute(_MIGRATING, ["on"])


def install_triggers(sender: Any, using: str, **kwargs: Any) -> None:
    """After the last app has migrated, install what is missing; running it again changes nothing."""
    if sender.name != _last_app():
        return
    with connections[using].cursor() as cursor:
        present = set(connections[using].introspection.table_names(cursor))
        if not {m._meta.db_table for m in tracked_models()} <= present:
            return  # a partial migration: the next one completes it
        for function in _FUNCTIONS:
            cursor.execute(function)
        for model in tracked_models():
            keep_history(cursor, model)
        for statement in _journal_triggers():
            cursor.execute(statement)
        # What wrote every table's history before each had a function of its own.
        cursor.execute("DROP FUNCTION IF EXISTS glacier_write_history()")
        cursor.execute(_MIGRATING, [""])


def _last_app() -> str:
    return [config.name for config in apps.get_app_configs() if config.models_module is not None][-1]
