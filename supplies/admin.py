"""The admin of what the lists hold: the catalogue may be edited, records are only read."""

from django.contrib import admin

from supplies.models import Item, Need, Standard
from verification.admin import ReadOnlyTracked


@admin.register(Item)
class ItemAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Items with their names in use."""

    list_display = ("code", "name_zh", "name_en", "group", "unit")
    list_filter = ("group",)
    search_fields = ("code", "name_zh", "name_en")


@admin.register(Standard)
class StandardAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Product standards and what replaced them."""

    list_display = ("code", "item", "replaced_by", "replaced_on")


@admin.register(Need)
class NeedAdmin(ReadOnlyTracked):
    """Needs as they stand, private fields included: coordinators only, read-only."""

    list_display = ("organisation_name", "place", "version", "state", "verified_at")
    search_fields = ("organisation_name",)
    show_full_result_count = False
