"""Gathers the tables of this app, so that Django finds them."""

from supplies.catalogue import Item, Standard
from supplies.imported import Import, ImportRow
from supplies.lists.clinics import Clinic
from supplies.lists.corporate_gifts import CorporateGift
from supplies.lists.couriers import Courier
from supplies.lists.donations import Donation
from supplies.lists.giving_channels import GivingChannel
from supplies.lists.needs import Need
from supplies.lists.staff_lodging import StaffLodging
from supplies.lists.suppliers import Supplier
from supplies.lists.traveller_lodging import TravellerLodging

__all__ = [
    "Clinic",
    "CorporateGift",
    "Courier",
    "Donation",
    "GivingChannel",
    "Import",
    "ImportRow",
    "Item",
    "Need",
    "StaffLodging",
    "Standard",
    "Supplier",
    "TravellerLodging",
]
