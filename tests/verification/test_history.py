"""The history of tracked tables is written by the database, whichever way the rows are written, or they are not."""

import uuid
from collections.abc import Callable

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from psycopg_pool import ConnectionPool

from supplies.catalogue import Item, Standard
from supplies.lists.needs import Need
from tests import builders, people
from tests.fingerprints import refused
from verification import kinds
from verification.journal import AnotherActor, acting
from verification.models import (
    Domain,
    Grant,
    Membership,
    Organisation,
    OrganisationAlias,
    ReasonWords,
    Reviewer,
    Submission,
    User,
)
from verification.models.triggers import tracked_models
from verification.sop import Intent, Origin, Risk, State, Status

REASON, REQUEST = "to see what is kept", "request-1"


def _user(n):
    return User(email=f"row{n}@people.example", pseudonym=f"row-{n}", password="secret-hash")


def _saved_user(n):
    user = _user(n)
    user.save()
    return user


def _organisation(n):
    return Organisation(name=f"江城{n}号医院", kind="hospital")


def _saved_organisation(n):
    organisation = _organisation(n)
    organisation.save()
    return organisation


def _alias(n):
    return OrganisationAlias(organisation=_saved_organisation(n), name=f"别名{n}", normalised=f"别名{n}")


def _membership(n):
    return Membership(user=_saved_user(n), organisation=_saved_organisation(n))


def _reviewer(n):
    return Reviewer(user=_saved_user(n), organisation=_saved_organisation(n))


def _grant(n):
    return Grant(
        act="suspend", person=_saved_user(n), proposed_by_id=people.registrar().pk, proposed_as="reviewer"
    )


def _saved_grant(n):
    grant = _grant(n)
    grant.save()
    return grant


def _domain(n):
    return Domain(organisation=_saved_organisation(n), domain=f"house-{n}.example", grant=_saved_grant(n))


def _submission(n):
    user = _saved_user(n)
    return Submission(
        kind="needs",
        intent=Intent.NEW,
        payload={"remarks": str(n)},
        schema=1,
        origin=Origin.PUBLIC,
        policy=1,
        risk=Risk.ROUTINE,
        people=1,
        outsiders=False,
        status=Status.COLLECTED,
        authors=[user.pk],
        submitted_by=user,
    )


def _record_of(model):
    """A row of a list's table, with nothing in it but what every record has."""

    def make(_n):
        now = timezone.now()
        stamps = {"verified_at": now, "changed_at": now, "published_at": now}
        return model(uid=uuid.uuid4(), version=1, state=State.LIVE, origin=Origin.PUBLIC, **stamps)

    return make


def _reason_words(n):
    return ReasonWords(code=f"reason-{n}", words_zh="另说")


def _item(n):
    return Item(code=f"item-{n}", name_zh=f"物资{n}", header=f"物资{n}", synonyms=[], position=1000 + n)


def _standard(n):
    return Standard(code=f"GB {n}", item=Item.objects.first())


# How to make a row of each tracked table that nothing points at, and a field to change in it.
ROWS: dict[type, tuple[Callable, str, object]] = {
    User: (_user, "pseudonym", "changed"),
    Organisation: (_organisation, "name", "江城改名医院"),
    OrganisationAlias: (_alias, "name", "改名"),
    Membership: (_membership, "is_admin", True),
    Reviewer: (_reviewer, "asked_at", timezone.now()),
    Grant: (_grant, "proposed_as", "coordinator"),
    Domain: (_domain, "ended_at", timezone.now()),
    Submission: (_submission, "identity", "0" * 64),
    ReasonWords: (_reason_words, "words_zh", "改说"),
    Item: (_item, "name_zh", "改名"),
    Standard: (_standard, "replaced_by", "GB 99"),
    **{spec.model: (_record_of(spec.model), "remarks", "改送西门") for spec in kinds.every()},
}


def table_of(model):
    return model._meta.db_table


def key_of(model):
    return model._meta.pk.column


def one_value(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0] if cursor.description else None


def saved(model, n):
    row = ROWS[model][0](n)
    row.save()
    return row


def do_save_old(model, row):
    setattr(row, *ROWS[model][1:])
    row.save()


def do_update(model, row):
    _make, name, value = ROWS[model]
    model.objects.filter(pk=row.pk).update(**{name: value})


def do_bulk_update(model, row):
    _make, name, value = ROWS[model]
    setattr(row, name, value)
    model.objects.bulk_update([row], [name])


def do_delete(model, row):
    row.delete()


def do_raw_update(model, row):
    _make, name, value = ROWS[model]
    one_value(f'UPDATE {table_of(model)} SET "{name}" = %s WHERE {key_of(model)} = %s', value, row.pk)


def do_raw_delete(model, row):
    one_value(f"DELETE FROM {table_of(model)} WHERE {key_of(model)} = %s", row.pk)


def do_upsert_old(model, row):
    _make, name, value = ROWS[model]
    setattr(row, name, value)
    model.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=[key_of(model)], update_fields=[name]
    )


CHANGES = {
    "save": (do_save_old, "~"),
    "update": (do_update, "~"),
    "bulk_update": (do_bulk_update, "~"),
    "raw update": (do_raw_update, "~"),
    "upsert": (do_upsert_old, "~"),
    "delete": (do_delete, "-"),
    "raw delete": (do_raw_delete, "-"),
}


def do_bulk_create(model, row):
    model.objects.bulk_create([row])


def do_upsert_new(model, row):
    name = ROWS[model][1]
    model.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=[key_of(model)], update_fields=[name]
    )


def _as_json(model, row):
    """What the row would be in PostgreSQL's words: written once, read, taken out again."""
    row.save()
    text = one_value(f"SELECT to_jsonb(t)::text FROM {table_of(model)} t WHERE {key_of(model)} = %s", row.pk)
    model.objects.filter(pk=row.pk).delete()
    return text


def do_raw_insert(model, row):
    one_value(
        f"INSERT INTO {table_of(model)} SELECT * FROM jsonb_populate_record(NULL::{table_of(model)}, %s)", row
    )


def do_copy(model, row):
    with connection.cursor() as cursor, cursor.copy(f"COPY {table_of(model)} FROM STDIN") as copy:
        copy.write(row)


def _as_copy(model, row):
    row.save()
    with connection.cursor() as cursor:
        copying = f"COPY (SELECT * FROM {table_of(model)} WHERE {key_of(model)} = '{row.pk}') TO STDOUT"
        with cursor.copy(copying) as copy:
            text = b"".join(bytes(part) for part in copy)
    model.objects.filter(pk=row.pk).delete()
    return text


def _as_it_is(model, row):
    return row


def do_save(model, row):
    row.save()


ARRIVALS = {
    "save": (_as_it_is, do_save),
    "bulk_create": (_as_it_is, do_bulk_create),
    "upsert": (_as_it_is, do_upsert_new),
    "raw insert": (_as_json, do_raw_insert),
    "COPY": (_as_copy, do_copy),
}

by_model = pytest.mark.parametrize("model", ROWS, ids=lambda m: m.__name__)


@pytest.fixture
def writer(database):
    return people.make_person("writer")


def last_number(model):
    return one_value(f"SELECT coalesce(max(history_id), 0) FROM {table_of(model.history.model)}")


def kept_since(model, number):
    rows = model.history.filter(history_id__gt=number).order_by("history_id")
    return [
        (row.history_type, row.history_user_id, row.history_change_reason, row.history_request_id)
        for row in rows
    ]


def test_history_is_tried_on_every_tracked_table():
    assert set(ROWS) == set(tracked_models())


@by_model
@pytest.mark.parametrize("way", ARRIVALS)
def test_history_of_an_arrival_is_one_row(writer, model, way):
    prepare, write = ARRIVALS[way]
    with acting(by=writer, reason="before"):
        material = prepare(model, ROWS[model][0](1))
    before = last_number(model)
    with acting(by=writer, reason=REASON, request_id=REQUEST):
        write(model, material)
    assert kept_since(model, before) == [("+", writer.pk, REASON, REQUEST)]


@by_model
@pytest.mark.parametrize("way", CHANGES)
def test_history_of_a_change_is_one_row(writer, model, way):
    write, sign = CHANGES[way]
    with acting(by=writer, reason="before"):
        row = saved(model, 1)
        pk = row.pk
        saved(model, 2)
    before = last_number(model)
    with acting(by=writer, reason=REASON, request_id=REQUEST):
        write(model, row)
    assert kept_since(model, before) == [(sign, writer.pk, REASON, REQUEST)]
    kept = model.history.filter(history_id__gt=before).get()
    assert getattr(kept, key_of(model)) == pk
    if sign == "~":
        assert getattr(kept, ROWS[model][1]) == ROWS[model][2]


@by_model
def test_history_of_many_rows_is_one_row_each(writer, model):
    with acting(by=writer, reason="before"):
        rows = [saved(model, n) for n in range(5)]
    _make, name, value = ROWS[model]
    before = last_number(model)
    with acting(by=writer, reason=REASON):
        if name == "pseudonym":
            for row in rows:
                row.pseudonym += "!"
            model.objects.bulk_update(rows, [name])
        else:
            model.objects.filter(pk__in=[r.pk for r in rows]).update(**{name: value})
    kept = model.history.filter(history_id__gt=before)
    assert sorted(getattr(k, key_of(model)) for k in kept) == [r.pk for r in rows]


@by_model
@pytest.mark.parametrize("way", [*ARRIVALS, *CHANGES])
def test_history_without_an_actor_refuses_the_write(writer, model, way):
    with acting(by=writer, reason="before"):
        if way in ARRIVALS:
            prepare, write = ARRIVALS[way]
            material = prepare(model, ROWS[model][0](1))
        else:
            write, material = CHANGES[way][0], saved(model, 1)
    before = last_number(model)
    # COPY speaks psycopg's own names.
    errors = (DatabaseError, psycopg.DatabaseError)
    with pytest.raises(errors, match="needs a named actor"), transaction.atomic():
        write(model, material)
    assert last_number(model) == before


@by_model
def test_history_refuses_to_be_changed(writer, model):
    history = table_of(model.history.model)
    with acting(by=writer, reason=REASON):
        saved(model, 1)
        for change in (
            f"UPDATE {history} SET history_user_id = 1",
            f"DELETE FROM {history}",
            f"TRUNCATE {history}",
        ):
            with pytest.raises(DatabaseError, match="history is kept"), transaction.atomic():
                one_value("SET CONSTRAINTS ALL IMMEDIATE")
                one_value(change)
        with pytest.raises(DatabaseError, match="its history would miss it"), transaction.atomic():
            one_value("SET CONSTRAINTS ALL IMMEDIATE")
            one_value(f"TRUNCATE {table_of(model)} CASCADE")


def test_history_never_holds_a_password(writer):
    with acting(by=writer, reason=REASON):
        user = saved(User, 1)
        user.set_password(people.PASSWORD)
        user.save()
    assert set(User.history.values_list("password", flat=True)) == {""}


def test_history_triggers_stand_on_the_tracked_tables_and_on_no_other(db):
    wanted = set()
    for model in tracked_models():
        wanted |= {(table_of(model), f"glacier_history_{event}") for event in ("insert", "update", "delete")}
        wanted |= {(table_of(model), "glacier_refuse"), (table_of(model.history.model), "glacier_refuse")}
    wanted |= {
        ("verification_event", "glacier_refuse"),
        ("verification_leaf", "glacier_refuse"),
        ("verification_proposedwording", "glacier_refuse"),
        ("verification_policy", "glacier_refuse"),
        ("verification_handing", "glacier_refuse"),
        ("verification_handing", "glacier_direct_one_step"),
        ("verification_policy", "glacier_keep_rules"),
        ("verification_event", "glacier_note_events"),
        ("verification_submission", "glacier_freeze_payload"),
        ("verification_public", "glacier_merge_to_root"),
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'"
        )
        assert set(cursor.fetchall()) == wanted


def test_history_has_a_column_for_each_of_the_table():
    """But for keyed digests, worked out from the payload: of a telephone that was erased nothing stays."""
    for model in tracked_models():
        columns = {f.column for f in model._meta.concrete_fields} - {"likeness"}
        assert columns <= {f.column for f in model.history.model._meta.concrete_fields}


def test_history_tables_are_lean():
    """Primary key and (id): simple-history would copy every index otherwise."""
    for model in tracked_models():
        history = model.history.model._meta
        indexed = {f.name for f in history.concrete_fields if f.db_index or f.unique}
        assert indexed == {model._meta.pk.name, "history_id"}, model
        assert not history.indexes, model


def test_history_records_a_new_column_at_once(writer):
    for table in (table_of(Organisation), table_of(Organisation.history.model)):
        one_value("SET CONSTRAINTS ALL IMMEDIATE")
        one_value(f"ALTER TABLE {table} ADD COLUMN beds integer")
    with acting(by=writer, reason=REASON):
        row = saved(Organisation, 1)
        one_value("UPDATE verification_organisation SET beds = 40 WHERE id = %s", row.pk)
    history = table_of(Organisation.history.model)
    assert one_value(f"SELECT beds FROM {history} ORDER BY history_id DESC LIMIT 1") == 40


def test_history_follows_what_a_migration_does_to_columns(writer):
    """Its triggers are installed anew at its end only, and it may write before."""
    history = table_of(Organisation.history.model)
    with acting(by=writer, reason=REASON):
        row = saved(Organisation, 1)
    one_value("SET CONSTRAINTS ALL IMMEDIATE")
    one_value("SELECT set_config('glacier.migrating', 'on', true)")
    for table in (table_of(Organisation), history):
        one_value(f"ALTER TABLE {table} RENAME COLUMN place TO region")
    with acting(by=writer, reason=REASON):
        one_value("UPDATE verification_organisation SET region = '420100' WHERE id = %s", row.pk)
    assert one_value(f"SELECT region FROM {history} ORDER BY history_id DESC LIMIT 1") == "420100"


def test_history_of_one_transaction_has_an_order(writer):
    with acting(by=writer, reason=REASON):
        row = saved(Organisation, 1)
        for number in range(5):
            Organisation.objects.filter(pk=row.pk).update(name=f"江城{number}")
    dates = list(row.history.order_by("history_id").values_list("history_date", flat=True))
    assert dates == sorted(set(dates))


def test_history_reads_as_simple_history_reads(writer):
    with acting(by=writer, reason="first"):
        row = saved(Organisation, 1)
    between = timezone.now()
    with acting(by=writer, reason="second"):
        row.name = "江城改名医院"
        row.save()
    newest, oldest = row.history.all()
    assert (newest.history_user, newest.history_change_reason) == (writer, "second")
    delta = newest.diff_against(oldest)
    assert [(c.field, c.old, c.new) for c in delta.changes] == [("name", "江城1号医院", "江城改名医院")]
    assert row.history.as_of(between).name == "江城1号医院"
    assert [o.name for o in Organisation.history.as_of(between) if o.pk == row.pk] == ["江城1号医院"]
    latest = Organisation.history.latest_of_each().filter(id=row.pk)
    assert [h.name for h in latest] == ["江城改名医院"]
    assert newest.instance.name == "江城改名医院"


def test_history_of_the_walk_names_who_took_each_step(volunteer, reviewer):
    submission = builders.approve(builders.submit_need(volunteer), reviewer)
    record = builders.publish(submission)
    kept = submission.history.order_by("history_id").values_list(
        "status", "history_user_id", "history_change_reason"
    )
    assert list(kept) == [
        ("collected", volunteer.pk, "submit"),
        ("verified", reviewer.pk, "verify"),
        ("entered", reviewer.pk, "enter"),
        ("published", 1, "publish"),
    ]
    needs = Need.history.filter(uid=record.uid).values_list("history_type", "version", "history_user_id")
    assert list(needs) == [("+", 1, 1)]


def test_acting_inside_acting_gives_the_reason_back(writer):
    with acting(by=writer, reason="outer", request_id="1"):
        saved(Organisation, 1)
        with acting(by=writer, reason="inner"):
            saved(Organisation, 2)
        saved(Organisation, 3)
    kept = Organisation.history.order_by("history_id").values_list(
        "history_change_reason", "history_request_id"
    )
    assert list(kept)[-3:] == [("outer", "1"), ("inner", "1"), ("outer", "1")]


def test_acting_refuses_another_actor(writer, stranger):
    with acting(by=writer, reason="outer"):
        with refused(AnotherActor), acting(by=stranger, reason="inner"):
            saved(Organisation, 1)
        saved(Organisation, 2)
    assert Organisation.history.latest("history_id").history_user_id == writer.pk


def test_acting_survives_a_failure_inside(writer):
    with acting(by=writer, reason="outer"):
        with pytest.raises(ZeroDivisionError), acting(by=writer, reason="inner"):
            saved(Organisation, 1)
            raise ZeroDivisionError
        saved(Organisation, 2)
    latest = Organisation.history.latest("history_id")
    assert (latest.history_change_reason, latest.name) == ("outer", "江城2号医院")


def named():
    return one_value("SELECT coalesce(current_setting('glacier.actor', true), '')")


def test_actor_ends_with_the_transaction_on_a_kept_connection(committed_db, writer):
    backend = one_value("SELECT pg_backend_pid()")
    with acting(by=writer, reason=REASON):
        assert named() == str(writer.pk)
        saved(Organisation, 1)
    assert named() == ""
    with pytest.raises(DatabaseError, match="needs a named actor"):
        saved(Organisation, 2)
    with pytest.raises(DatabaseError, match="needs a named actor"), transaction.atomic():
        saved(Organisation, 2)
    with pytest.raises(ZeroDivisionError), acting(by=writer, reason=REASON):
        raise ZeroDivisionError
    assert named() == ""
    with pytest.raises(DatabaseError, match="needs a named actor"):
        saved(Organisation, 2)
    assert one_value("SELECT pg_backend_pid()") == backend


def test_actor_inside_a_transaction_somebody_opened_ends_with_the_block(committed_db, writer):
    with transaction.atomic():
        with acting(by=writer, reason=REASON):
            saved(Organisation, 1)
        with pytest.raises(DatabaseError, match="needs a named actor"), transaction.atomic():
            saved(Organisation, 2)


def test_actor_ends_with_the_transaction_on_a_pooled_connection(committed_db, writer):
    insert = (
        "INSERT INTO verification_organisation (uid, name, kind, place, proven) "
        "VALUES (gen_random_uuid(), 'x', 'team', '', false)"
    )
    with ConnectionPool(committed_db.url, min_size=1, max_size=1, open=True) as pool:
        backends = set()
        for _ in range(3):
            with pool.connection() as first:
                backends.add(first.info.backend_pid)
                first.execute("SELECT set_config('glacier.actor', %s, true)", [str(writer.pk)])
                first.execute(insert)
            with pytest.raises(psycopg.Error, match="needs a named actor"), pool.connection() as second:
                backends.add(second.info.backend_pid)
                second.execute(insert)
        assert len(backends) == 1
    assert Organisation.history.filter(history_user_id=writer.pk).count() == 3
