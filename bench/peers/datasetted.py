"""Datasette: the rows that our list shows, in SQLite, under an address that gives the same JSON.

It serves one immutable file, ordered by an index made for this list, and neither counts nor suggests facets.
"""

import importlib.util
import sqlite3
import sys
from pathlib import Path

from bench.client import free_port
from bench.rounds import LeftOut
from bench.stage import Stage

NAME = "datasette"
PAGE = "/needs/needs.json?_sort=rank&_size=50&_shape=array&_col=body&_json=body&_nocount=1&_nofacet=1&_nosuggest=1"
_ROWS = """
SELECT uid::text, row_number() OVER (ORDER BY urgency DESC, unmet_since, uid), title, place, urgency,
       unmet_since::text, verified_at::text, freshness, body
  FROM verification_public WHERE kind = 'needs' AND state = 'live' AND freshness <> 'stale'
"""
_TABLE = """
CREATE TABLE needs (uid TEXT PRIMARY KEY, rank INTEGER, title TEXT, place TEXT, urgency INTEGER,
                    unmet_since TEXT, verified_at TEXT, freshness TEXT, body TEXT)
"""


def start(stage: Stage) -> None:
    """Start it on this machine's own address. LeftOut where it is not installed."""
    if importlib.util.find_spec("datasette") is None:
        raise LeftOut("it is not installed: pip install --require-hashes -r requirements/bench.txt")
    port = free_port()
    command: list[str | Path] = [sys.executable, "-m", "datasette", "serve", "-i", _file(stage)]
    command += ["--host", "127.0.0.1", "--port", str(port), "--setting", "sql_time_limit_ms", "20000"]
    stage.serve(NAME, command, port)


def _file(stage: Stage) -> Path:
    """The rows of this seed; kept, since a million take a while."""
    with stage.bare() as connection:
        last = connection.execute(
            "SELECT extract(epoch FROM max(verified_at))::bigint FROM supplies_need"
        ).fetchone()
        folder = stage.folder / "datasette" / f"{stage.seeds}{last[0] if last else 0}"
        path = folder / "needs.db"
        if path.exists():
            return path
        for old in folder.parent.glob(f"{stage.seeds}*/*"):
            old.unlink()
        folder.mkdir(parents=True, exist_ok=True)
        half = path.with_suffix(".half")
        half.unlink(missing_ok=True)
        into = sqlite3.connect(half)
        into.execute(_TABLE)
        with connection.transaction(), connection.cursor("rows") as cursor:
            cursor.itersize = 5000
            into.executemany(f"INSERT INTO needs VALUES ({', '.join('?' * 9)})", cursor.execute(_ROWS))
        into.execute("CREATE INDEX needs_rank ON needs (rank)")
        into.commit()
        into.close()
        half.rename(path)
    return path
