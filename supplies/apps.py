"""The supplies app: registers its lists."""

from django.apps import AppConfig


class SuppliesConfig(AppConfig):
    name = "supplies"

    def ready(self) -> None:
        from supplies import lists

        lists.register_all()
