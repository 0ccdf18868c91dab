"""Gathers the tables of this app, so that Django finds them."""

from supplies.catalogue import Item, Standard
from supplies.lists.needs import Need

__all__ = ["Item", "Need", "Standard"]
