r"""Downloads of a whole view: CSV with a row for each line, and JSON as it was published, beside psql's \copy."""

from bench.cases.working import bare, work
from bench.limits import pgbench
from bench.rounds import Case
from bench.stage import Stage

_LIVE = "verification_public WHERE kind = 'needs' AND state = 'live' AND freshness <> 'stale'"
# What psql would have to be told for a row for each line.
_LINES = """SELECT n.uid, n.version, n.organisation_name, n.place, n.delivery_address, n.office_line,
 n.source_link, n.verified_at, n.published_at, p.freshness, l ->> 'no', l ->> 'item', l ->> 'unit',
 l ->> 'pack_size', l ->> 'standard', l ->> 'stock', l ->> 'daily_use', l ->> 'note', l #>> '{amount,low}',
 l #>> '{amount,high}', l #>> '{amount,text}' FROM verification_public p JOIN supplies_need n USING (uid),
 jsonb_array_elements(n.lines) l WHERE p.state = 'live' AND p.freshness <> 'stale'"""


def as_csv(stage: Stage) -> Case:
    """At the small size the most urgent tenth only: the whole takes as long as all other cases together."""
    part = stage.size.name == "ci"
    query = " ".join((_LINES + (" AND p.urgency = 3" if part else "")).split())
    return Case(
        "export-csv",
        "downloads",
        [
            work(stage, "peer", "peer", "peers.exporting:export", ending="csv", urgency=3 if part else None),
            bare(stage, "limit", lambda: pgbench.copied(stage, query)),
            work(
                stage,
                "ours",
                "ours",
                "ours.exporting:export",
                ending="csv",
                view={"urgency": "critical"} if part else {},
            ),
        ],
    )


def as_json(stage: Stage) -> Case:
    """Everything the list shows; the peer's serializer only takes its most urgent tenth at the small size."""
    part = stage.size.name == "ci"
    query = f"SELECT body FROM {_LIVE}" + (" AND urgency = 3" if part else "")
    return Case(
        "export-json",
        "downloads",
        [
            work(stage, "peer", "peer", "peers.exporting:export", ending="json", urgency=3 if part else None),
            bare(stage, "limit", lambda: pgbench.copied(stage, query)),
            work(
                stage,
                "ours",
                "ours",
                "ours.exporting:export",
                ending="json",
                view={"urgency": "critical"} if part else {},
            ),
        ],
    )
