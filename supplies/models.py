"""Gathers the tables of this app, so that Django finds them."""

from supplies.catalogue import Item, Standard
from supplies.imported import Import, ImportRow
from supplies.lists.needs import Need

__all__ = ["Import", "ImportRow", "Item", "Need", "Standard"]
