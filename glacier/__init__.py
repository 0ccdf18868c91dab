"""Glacier: verified lists of what is needed in an emergency, and who can give it."""

from glacier.celery import app as celery_app

__all__ = ["celery_app"]
