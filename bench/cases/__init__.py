"""The cases: each says who does what, and leaves the measuring to `bench.rounds`."""

from collections.abc import Callable

from bench.cases import (
    exporting,
    importing,
    likening,
    proxying,
    publishing,
    reading,
    remembering,
    reviewing,
    searching,
    showing,
)
from bench.rounds import Case
from bench.stage import Stage

# Reading first: what is written afterwards changes what is read.
CASES: dict[str, Callable[[Stage], Case]] = {
    "list": reading.first_page,
    "revalidate": reading.revalidate,
    "deep": reading.deep,
    "proxied": proxying.cached,
    "page": showing.page,
    "paint": showing.paint,
    "changes": reading.feed,
    "search-rare": searching.rare,
    "search-common": searching.common,
    "duplicates": likening.lookup,
    "export-csv": exporting.as_csv,
    "export-json": exporting.as_json,
    "approve-http": reviewing.over_http,
    "approve": reviewing.one,
    "approve-batch": reviewing.batch,
    "publish": publishing.publish,
    "history-save": remembering.save,
    "history-bulk": remembering.bulk,
    "import": importing.sheet,
    "import-typed": importing.typed,
    "visible": publishing.appear,
}
