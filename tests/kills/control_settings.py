"""Glacier's settings, with the control arm's way of publishing."""

from glacier.settings import *  # noqa: F403
from glacier.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.kills.control.ControlConfig"]
