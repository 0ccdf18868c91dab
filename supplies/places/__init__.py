"""Places of China by their GB/T 2260 code: six digits as text, "420106".

Cities that stand directly under their province (仙桃 429004, the districts of 北京) have it as their
parent: the placeholder level the standard puts between them is no place and does not exist here.
"""

from supplies.places.finding import find, search
from supplies.places.table import (
    Level,
    Place,
    UnknownPlace,
    children,
    contains,
    exists,
    get,
    label,
    name,
    path,
    within,
)

__all__ = [
    "Level",
    "Place",
    "UnknownPlace",
    "children",
    "contains",
    "exists",
    "find",
    "get",
    "label",
    "name",
    "path",
    "search",
    "within",
]
