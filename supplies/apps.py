"""The supplies app: registers its lists."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SuppliesConfig(AppConfig):
    name = "supplies"
    verbose_name = _("Supplies")

    def ready(self) -> None:
        from supplies import lists

        lists.register_all()
