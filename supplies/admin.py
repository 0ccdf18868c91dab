"""The admin of what the lists hold: coordinators edit the catalogue; records are only read."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import CharField, Max
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from supplies import catalogue, quantities
from supplies.models import Item, Standard
from verification import kinds
from verification.coordinating import Acting, ReadOnlyTracked, column
from verification.kinds import Kind
from verification.models import Record

LONGEST_NAME = 40


class NamesField(forms.CharField):
    """Names, one a line: cleans to a list without repetitions."""

    widget = forms.Textarea(attrs={"rows": 6})

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        """The names, in the order written."""
        return list(dict.fromkeys(filter(None, (line.strip() for line in str(value or "").splitlines()))))

    def prepare_value(self, value: Any) -> Any:
        """One a line."""
        return "\n".join(value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether other names stand there now."""
        return list(initial or []) != self.to_python(data)


class ItemForm(forms.ModelForm):  # type: ignore[type-arg]
    """An item: no name of it may mean another one beyond doubt."""

    synonyms = NamesField(
        label=gettext_lazy("names in use, one a line"),
        required=False,
        help_text=gettext_lazy("Each names this item and no other. Spaces, width and 一次性 do not count."),
    )
    hints = NamesField(
        label=gettext_lazy("hints, one a line"),
        required=False,
        help_text=gettext_lazy("Words that only suggest it; a person chooses."),
    )
    unit = forms.ChoiceField(label=gettext_lazy("usual unit"), choices=quantities.unit_choices)

    class Meta:
        model = Item
        fields = ("code", "name_zh", "name_en", "group", "unit", "header", "synonyms", "hints", "position")

    def clean(self) -> dict[str, Any]:
        """Names that are another item's already are refused, by field, saying whose they are."""
        cleaned: dict[str, Any] = super().clean() or {}
        code = cleaned.get("code") or self.instance.code
        others = list(Item.objects.exclude(code=code))
        for name in ("name_zh", "name_en", "header", "synonyms"):
            value = cleaned.get(name) or []
            for word in [value] if isinstance(value, str) else value:
                if len(word) > LONGEST_NAME:
                    self.add_error(name, ValidationError(_("“%(word)s” is too long.") % {"word": word[:60]}))
                elif other := catalogue.called_otherwise(word, code, others):
                    sentence = _("“%(word)s” names something else already: %(item)s.")
                    self.add_error(name, ValidationError(sentence % {"word": word, "item": other}))
        return cleaned


class CatalogueAdmin(Acting):
    """What stands in the catalogue: an edit shows everywhere within a second, and in its history for ever."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Raise the catalogue's version in the transaction of the edit."""
        super().save_related(request, form, formsets, change)
        if form.has_changed():
            catalogue.IN_FORCE.changed()


@admin.register(Item)
class ItemAdmin(CatalogueAdmin):
    """Items with their names in use."""

    form = ItemForm
    list_display = ("code", "name_zh", "name_en", "group", "usual_unit", "position")
    list_filter = ("group",)
    search_fields = ("code", "name_zh", "name_en")
    ordering = ("position",)

    @admin.display(description=gettext_lazy("usual unit"))
    def usual_unit(self, item: Item) -> str:
        """The unit in words."""
        return quantities.unit_label(item.unit)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        """Records name items by their codes, so a code stays as it is."""
        return ("code",) if obj else ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new item comes last."""
        last = Item.objects.aggregate(last=Max("position"))["last"] or 0
        return {"position": last + 1, "unit": "piece"}


class StandardForm(forms.ModelForm):  # type: ignore[type-arg]
    """A product standard, written as it is everywhere."""

    class Meta:
        model = Standard
        fields = ("code", "item", "replaced_by", "replaced_on")

    def clean_code(self) -> str:
        """GB 19083-2010, however it was typed."""
        return _standard(self.cleaned_data["code"])

    def clean_replaced_by(self) -> str:
        """A standard that is known: it is told to people instead of this one."""
        if not self.cleaned_data["replaced_by"]:
            return ""
        code = _standard(self.cleaned_data["replaced_by"])
        if code == self.cleaned_data.get("code") or not Standard.objects.filter(code=code).exists():
            raise ValidationError(_("Enter the standard that replaces it first: %(code)s.") % {"code": code})
        return code


def _standard(written: str) -> str:
    code = catalogue.read_standard(written)
    if not code:
        raise ValidationError(
            _("This is no product standard. Write it like GB 19083-2010 or YY/T 0969-2013.")
        )
    return code


@admin.register(Standard)
class StandardAdmin(CatalogueAdmin):
    """Product standards and what replaced them."""

    form = StandardForm
    list_display = ("code", "item", "replaced_by", "replaced_on")
    list_filter = ("item",)
    list_select_related = ("item",)
    search_fields = ("code",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        """Records name standards by their codes."""
        return ("code",) if obj else ()


def _record_admin(spec: Kind) -> type[ReadOnlyTracked]:
    """Records of one list as they stand, private fields included: coordinators only, read-only.

    Its table shows, searches and sorts by nothing private.
    """

    @admin.display(description=spec.label_one)  # type: ignore[arg-type]
    def called(self: Any, record: Record) -> str:
        return spec.facets(spec.payload_of(record)).title

    names = [
        name
        for name, field in spec.fields.items()
        if field.public and isinstance(spec.model._meta.get_field(name), CharField) and name.endswith("name")
    ]
    members = {
        "__doc__": f"Records of {spec.slug}, only read.",
        "called": called,
        "list_display": (
            "called",
            column("version", gettext_lazy("version")),
            column("state", gettext_lazy("state")),
            column("verified_at", gettext_lazy("verified")),
            column("published_at", gettext_lazy("published")),
        ),
        "list_filter": ("state",),
        "search_fields": (*names, "uid__exact"),
        "show_full_result_count": False,
    }
    return type(f"{spec.model.__name__}Admin", (ReadOnlyTracked,), members)


for _spec in kinds.every():
    admin.site.register(_spec.model, _record_admin(_spec))
