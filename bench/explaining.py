"""`python -m bench explain`: no public or inbox page reads a table from end to end, or more the more there is."""

from typing import Any

from bench.stage import Stage

# A search looks that far along a list's order before it asks the index; nothing else looks further.
MOST = 20_000
# The same of an index read from end to end, which shows no rows: pages of 8 KB that a statement touches.
MOST_PAGES = 20_000
# A table of so few rows is read whole, and rightly.
SMALL = 1_000


def explain(stage: Stage) -> int:
    """Print each statement with what it looks at, the furthest first; 1 where one looks too far."""
    found = stage.do("ours", "ours.explaining:statements")["statements"]
    print(f"{'ms':>8}{'rows':>10}{'pages':>8}  address, statement")
    for one in sorted(found, key=lambda one: -one["rows"]):
        print(f"{one['ms']:8.2f}{one['rows']:10,}{one['pages']:8,}  {one['address']}  {_begins(one['sql'])}")
    wrong = [(one, sentence) for one in found if (sentence := _wrong(one))]
    print(f"\n{len(found)} statements, {len(wrong)} of them look too far")
    for one, sentence in wrong:
        print(f"TOO FAR: {one['address']}: {sentence}\n    {one['sql'][:1500]}")
    return 1 if wrong else 0


def _wrong(one: dict[str, Any]) -> str:
    whole = [
        f"{table} from end to end, {rows:,} rows" for table, rows in one["whole"].items() if rows > SMALL
    ]
    far = [f"{one['rows']:,} rows"] if one["rows"] > MOST else []
    far += [f"{one['pages']:,} pages"] if one["pages"] > MOST_PAGES else []
    return "; ".join(whole or far)


def _begins(sql: str) -> str:
    return sql if len(sql) <= 100 else f"{sql[:60]} … {sql[-36:]}"
