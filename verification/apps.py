"""The verification app: installs its triggers after every migration."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class VerificationConfig(AppConfig):
    name = "verification"
    verbose_name = _("Verification")

    def ready(self) -> None:
        from verification.models.triggers import install_triggers, mark_migration

        pre_migrate.connect(mark_migration)
        post_migrate.connect(install_triggers)
