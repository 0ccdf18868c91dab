"""`manage.py rotate_keys`: what is secret, encrypted anew under the first of GLACIER_NAME_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand

from verification import rotating


class Command(BaseCommand):
    """Encrypts what is secret under the newest key."""

    help = "Encrypts legal names and second factors' secrets anew under the newest key; may be begun again."

    def handle(self, *args: Any, **options: Any) -> None:
        """Afterwards the older keys are needed for old backups only."""
        changed = rotating.rotate()
        told = ", ".join(f"{name.replace('_', ' ')}: {n}" for name, n in changed.items())
        self.stdout.write(f"Encrypted anew: {told}. All stand under the newest key now.")
