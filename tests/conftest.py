"""Fixtures for all tests; each subject has a module of its own."""

pytest_plugins = ["tests.machinery.fixtures", "tests.machinery.browsing", "tests.people"]
