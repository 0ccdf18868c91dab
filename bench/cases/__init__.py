"""The cases: each says who does what, and leaves the measuring to `bench.rounds`."""

from collections.abc import Callable

from bench.cases import publishing, reading, searching
from bench.rounds import Case
from bench.stage import Stage

# Reading first: what is written afterwards changes what is read.
CASES: dict[str, Callable[[Stage], Case]] = {
    "list": reading.first_page,
    "revalidate": reading.revalidate,
    "deep": reading.deep,
    "search-rare": searching.rare,
    "search-common": searching.common,
    "publish": publishing.publish,
}
