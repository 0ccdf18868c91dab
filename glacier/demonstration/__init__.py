"""The demonstration: invented people, real hospitals, entries in every state; only where settings.DEMO."""

from glacier.demonstration.cast import PASSWORD, accounts
from glacier.demonstration.walk import load

__all__ = ["PASSWORD", "accounts", "load"]
