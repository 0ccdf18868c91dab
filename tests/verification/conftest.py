"""Fixtures of the tests of verification."""

from tests.api_callers import by_session, by_token

__all__ = ["by_session", "by_token"]
