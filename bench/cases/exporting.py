r"""Downloads of a whole view: CSV with a row for each line, and JSON as it was published, beside psql's \copy."""

from bench.cases.working import bare, work
from bench.limits import pgbench
from bench.rounds import Case
from bench.stage import Stage

_LIVE = "verification_public p WHERE kind = 'needs' AND state = 'live' AND freshness <> 'stale'"
# What psql would have to be told for a row for each line.
_LINES = """SELECT n.uid, n.version, n.organisation_name, n.place, n.delivery_address, n.office_line,
 n.source_link, n.verified_at, n.published_at, p.freshness, l ->> 'no', l ->> 'item', l ->> 'unit',
 l ->> 'pack_size', l ->> 'standard', l ->> 'stock', l ->> 'daily_use', l ->> 'note', l #>> '{amount,low}',
 l #>> '{amount,high}', l #>> '{amount,text}' FROM verification_public p JOIN supplies_need n USING (uid),
 jsonb_array_elements(n.lines) l WHERE p.state = 'live' AND p.freshness <> 'stale'"""


def as_csv(stage: Stage) -> Case:
    """A row for each line of a need."""
    return _case(stage, "csv", _LINES)


def as_json(stage: Stage) -> Case:
    """The bodies as they were published."""
    return _case(stage, "json", f"SELECT body FROM {_LIVE}")


def _case(stage: Stage, ending: str, query: str) -> Case:
    # At the small size the most urgent tenth only: the whole takes as long as all other cases together.
    part = stage.size.name == "ci"
    query = " ".join(query.split()) + (" AND p.urgency = 3" if part else "")
    with stage.bare() as connection:
        row = connection.execute(
            f"SELECT count(*) FROM {_LIVE}{' AND urgency = 3' if part else ''}"
        ).fetchone()
    count = row[0] if row else 0
    theirs = {"urgency": 3 if part else None, "most": min(count, stage.size.save * 10)}
    ours = {"view": {"urgency": "critical"} if part else {}, "count": count}
    return Case(
        f"export-{ending}",
        "needs",
        [
            work(stage, "peer", "peer", "peers.exporting:export", ending=ending, **theirs),
            bare(stage, "limit", lambda: pgbench.copied(stage, query, count)),
            work(stage, "ours", "ours", "ours.exporting:export", ending=ending, **ours),
        ],
    )
