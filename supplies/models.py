"""Gathers the tables of this app, so that Django finds them."""

from supplies.catalogue import Item, Standard
from supplies.imported import Import, ImportRow
from supplies.lists.couriers import Courier
from supplies.lists.donations import Donation
from supplies.lists.giving_channels import GivingChannel
from supplies.lists.needs import Need
from supplies.lists.suppliers import Supplier

__all__ = [
    "Courier",
    "Donation",
    "GivingChannel",
    "Import",
    "ImportRow",
    "Item",
    "Need",
    "Standard",
    "Supplier",
]
