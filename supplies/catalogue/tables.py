"""The two tables of the catalogue: items, and the product standards that go with them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from verification.models.tracking import tracked


class Group(models.TextChoices):
    """What kind of thing an item is."""

    MASKS = "masks", _("Masks")
    EYES_AND_FACE = "eyes-and-face", _("Eyes and face")
    CLOTHING = "clothing", _("Protective clothing")
    HANDS_AND_FEET = "hands-and-feet", _("Hands and feet")
    DISINFECTION = "disinfection", _("Disinfection")
    EQUIPMENT = "equipment", _("Equipment")


class Item(models.Model):
    """Something that is needed or given. `synonyms` name it beyond doubt, `hints` only suggest it."""

    code = models.CharField(_("code"), max_length=40, primary_key=True)
    name_zh = models.CharField(_("Chinese name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=60)
    group = models.CharField(_("group"), max_length=20, choices=Group)
    unit = models.CharField(_("usual unit"), max_length=20)
    # The column's header in the volunteers' sheets, to the letter.
    header = models.CharField(_("column header"), max_length=60, unique=True)
    synonyms = ArrayField(models.CharField(max_length=40), verbose_name=_("synonyms"))
    hints = ArrayField(models.CharField(max_length=40), verbose_name=_("hints"), default=list, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), unique=True)

    history = tracked("header", "position")

    class Meta:
        verbose_name = _("item")
        verbose_name_plural = _("items")
        ordering = ["position"]

    def __str__(self) -> str:
        """The name in the active language."""
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en


class Standard(models.Model):
    """A product standard, in force until the day another replaces it."""

    code = models.CharField(_("code"), max_length=30, primary_key=True)  # "GB 19083-2010"
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="standards", verbose_name=_("item"))
    replaced_by = models.CharField(_("replaced by"), max_length=30, blank=True)
    # None where it was replaced before anything in these lists was written.
    replaced_on = models.DateField(_("replaced on"), null=True, blank=True)

    history = tracked("item")

    class Meta:
        verbose_name = _("product standard")
        verbose_name_plural = _("product standards")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(replaced_on__isnull=True) | ~Q(replaced_by=""),
                name="standard_replaced_by_something",
                violation_error_message=_("A day of replacement needs the standard that replaces it."),
            )
        ]

    def __str__(self) -> str:
        return self.code
