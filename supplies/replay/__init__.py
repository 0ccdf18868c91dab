"""Replays what happened to lists, event by event, through the real door."""

from supplies.replay.cast import enrol
from supplies.replay.playing import Happening, Outcome, Replay, publish_all, read
from supplies.replay.report import report

__all__ = ["Happening", "Outcome", "Replay", "enrol", "publish_all", "read", "report"]
