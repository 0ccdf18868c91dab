"""How much of a file is read at all. What goes beyond is refused as a file, before it costs anybody anything."""

from typing import Final

MB: Final = 1 << 20

MAX_BYTES: Final = 10 * MB  # of the file as it is sent
MAX_ENTRIES: Final = 1000  # files inside a workbook
MAX_UNPACKED: Final = 150 * MB
# Sheets of equal rows shrink well, but not like this.
MAX_RATIO: Final = 300
RATIO_MATTERS: Final = 5 * MB

MAX_ROWS: Final = 20_000
MAX_COLUMNS: Final = 500
# The rectangle from the first cell to the last: readers lay it out in memory, whatever stands in it.
MAX_RECTANGLE: Final = 4_000_000
MAX_CELL: Final = 32_767  # characters, as in Excel
MAX_TEXT: Final = 40_000_000  # characters of all cells together: one shared text may stand in many
MAX_SHEETS: Final = 100
MAX_MERGES: Final = 5_000

CHILD_MEMORY: Final = 420 * MB
CHILD_CPU_SECONDS: Final = 20
CHILD_SECONDS: Final = 30
