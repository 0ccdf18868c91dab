r"""Downloads of a whole view: CSV with a row for each line, and JSON as it was published, beside psql's \copy.

The limit is \copy of the same rows' same content: for JSON the stored bodies; for CSV every column of our file,
labels and amounts in words included, out of typed columns and with tables of words that we make for it, but in
no order and without the guard against formulas. `columns` is \copy of what stands in columns, codes as they are:
fewer columns, no words.
"""

import csv
import io
from typing import Any

from bench.cases.working import bare, work
from bench.limits import pgbench
from bench.rounds import Case, Contender
from bench.stage import Stage

_LIVE = "verification_public p WHERE kind = 'needs' AND state = 'live' AND freshness <> 'stale'"
_NEEDS = """FROM verification_public p JOIN supplies_need n USING (uid)
 CROSS JOIN jsonb_to_recordset(n.lines) l (no int, item text, amount jsonb, unit text, pack_size int, standard text,
 stock int, daily_use int, note text)"""
_SHOWN = "WHERE p.state = 'live' AND p.freshness <> 'stale'"
# What psql would have to be told for a row for each line.
_COLUMNS = f"""SELECT n.uid, n.version, n.organisation_name, n.place, n.delivery_address, n.office_line,
 n.source_link, n.verified_at, n.published_at, p.freshness, l.no, l.item, l.unit, l.pack_size, l.standard, l.stock,
 l.daily_use, l.note, l.amount ->> 'low', l.amount ->> 'high', l.amount ->> 'text' {_NEEDS} {_SHOWN}"""
_TIME = "to_char({} AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS\"+08:00\"')"
_FIGURE = "to_char((l.amount ->> '{}')::bigint, 'FM999,999,999')"
_AMOUNT = f"""CASE l.amount ->> 'kind' WHEN 'unknown' THEN '数量未知' WHEN 'as_many' THEN '多多益善'
 ELSE rtrim(CASE l.amount ->> 'kind' WHEN 'at_least' THEN '≥ ' || {_FIGURE.format("low")}
 WHEN 'range' THEN {_FIGURE.format("low")} || '–' || {_FIGURE.format("high")} ELSE {_FIGURE.format("low")} END
 || ' ' || coalesce(unit.words, l.unit)) END"""
# And for the file that we give: every column of it, in Chinese.
_FILE = f"""SELECT n.uid, n.version, coalesce(o.name, n.organisation_name),
 CASE WHEN o.proven THEN '是' ELSE '否' END, n.place, w.province, w.prefecture, w.county, urgency.words,
 n.delivery_address, n.office_line, n.source_link, n.source_dated, n.remarks, l.no, l.item, item.words, {_AMOUNT},
 l.amount ->> 'low', l.amount ->> 'high', l.amount ->> 'text', coalesce(unit.words, l.unit), l.pack_size,
 l.standard, l.stock, l.daily_use, l.note, freshness.words, {_TIME.format("n.verified_at")},
 n.trust #>> '{{verified,by}}', n.trust #>> '{{verified,organisation}}',
 (SELECT string_agg(coalesce(words, g.code), '; ' ORDER BY no)
  FROM jsonb_array_elements_text(n.trust #> '{{verified,grounds}}')
  WITH ORDINALITY g (code, no) LEFT JOIN bench_words ON of = 'ground' AND bench_words.code = g.code),
 {_TIME.format("n.published_at")}, 'http://localhost:8000/needs/' || n.uid || '/' {_NEEDS}
 LEFT JOIN bench_words unit ON unit.of = 'unit' AND unit.code = l.unit
 LEFT JOIN bench_words item ON item.of = 'item' AND item.code = l.item
 JOIN bench_words urgency ON urgency.of = 'urgency' AND urgency.code = n.urgency
 JOIN bench_words freshness ON freshness.of = 'freshness' AND freshness.code = p.freshness
 LEFT JOIN bench_places w ON w.code = n.place
 LEFT JOIN verification_organisation o ON o.id = n.organisation_id {_SHOWN}"""

_FIRST = 200


def as_csv(stage: Stage) -> Case:
    """A row for each line of a need."""
    _keep_words(stage)
    view, part = _part(stage)
    first = stage.do("ours", "ours.exporting:first_rows", view=view, count=_FIRST)["rows"]
    uids = sorted({row[0] for row in first[:-4]})  # the last one's lines may not all be there

    def rows_of(rows: list[list[str]]) -> list[list[str]]:
        return sorted(row for row in rows if row[0] in uids)

    return _case(
        stage,
        "csv",
        _limit(stage, "limit", _FILE + part, lambda: rows_of(_copied(stage, _FILE, uids))),
        _limit(stage, "columns", _COLUMNS + part),
        answer=lambda: rows_of(first),
    )


def as_json(stage: Stage) -> Case:
    """The bodies as they were published."""
    return _case(stage, "json", _limit(stage, "limit", f"SELECT body FROM {_LIVE}{_part(stage)[1]}"))


def _part(stage: Stage) -> tuple[dict[str, str], str]:
    if stage.size.part:
        return {"urgency": "critical"}, " AND p.urgency = 3"
    return {}, ""


def _case(stage: Stage, ending: str, *limits: Contender, answer: Any = None) -> Case:
    view, count = _part(stage)[0], _count(stage)
    theirs = {"urgency": 3 if view else None, "most": min(count, stage.size.save * 10)}
    ours = {"view": view, "count": count}
    return Case(
        f"export-{ending}",
        "needs",
        [
            work(stage, "peer", "peer", "peers.exporting:export", ending=ending, **theirs),
            *limits,
            work(stage, "ours", "ours", "ours.exporting:export", answer=answer, ending=ending, **ours),
        ],
    )


def _limit(stage: Stage, name: str, query: str, answer: Any = None) -> Contender:
    query, count = " ".join(query.split()), _count(stage)
    return bare(stage, name, lambda: pgbench.copied(stage, query, count), answer)


def _count(stage: Stage) -> int:
    with stage.bare() as connection:
        row = connection.execute(f"SELECT count(*) FROM {_LIVE}{_part(stage)[1]}").fetchone()
    return int(row[0]) if row else 0


def _copied(stage: Stage, query: str, uids: list[str]) -> list[list[str]]:
    """What psql would write for these needs, read back."""
    with stage.bare() as connection:
        cursor = connection.cursor()
        with cursor.copy(f"COPY ({query} AND p.uid = ANY (%s)) TO STDOUT CSV", [uids]) as blocks:
            return list(csv.reader(io.StringIO(b"".join(blocks).decode())))


def _keep_words(stage: Stage) -> None:
    """Tables of words, which a team that exports by SQL has."""
    words = stage.do("ours", "ours.exporting:words")
    with stage.bare() as connection:
        connection.execute("DROP TABLE IF EXISTS bench_words, bench_places")
        connection.execute("CREATE TABLE bench_words (of text, code text, words text)")
        connection.execute(
            "CREATE TABLE bench_places (code text, province text, prefecture text, county text)"
        )
        for table, rows in (("bench_words", words["said"]), ("bench_places", words["places"])):
            with connection.cursor().copy(f"COPY {table} FROM STDIN") as target:
                for row in rows:
                    target.write_row(row)
        connection.execute("ANALYZE bench_words, bench_places")
