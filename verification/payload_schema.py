"""JSON schema of payloads, read off the forms that decide what a payload may hold."""

from typing import Any

from django import forms
from django.utils.text import format_lazy

from verification import kinds
from verification.forms import LinesField

Schema = dict[str, Any]


def payload_schema() -> Schema:
    """What can be sent as a payload: one of the lists' forms."""
    schemas = [form_schema(spec.form, spec.slug) for spec in kinds.every()]
    return schemas[0] if len(schemas) == 1 else {"type": "object", "anyOf": schemas}


def form_schema(form: type[forms.Form], title: str = "") -> Schema:
    """An object with a property for each field."""
    fields: dict[str, forms.Field] = form.base_fields
    required = [name for name, field in fields.items() if field.required]
    return {
        "type": "object",
        **({"title": title} if title else {}),
        "properties": {name: _field_schema(field) for name, field in fields.items()},
        # A schema may not say that nothing is required.
        **({"required": required} if required else {}),
    }


def _field_schema(field: forms.Field) -> Schema:
    words = [text for text in (field.label, field.help_text) if text]
    schema: Schema = getattr(field, "json_schema", None) or _by_class(field)
    # Joined in the language the schema is read in.
    pattern = ". ".join(["{}"] * len(words))
    return schema | ({"description": format_lazy(pattern, *words)} if words else {})


def _by_class(field: forms.Field) -> Schema:
    optional: Schema = {} if field.required else {"nullable": True}
    if isinstance(field, LinesField):
        return {"type": "array", "maxItems": field.most, "items": form_schema(field.line_form)}
    if isinstance(field, forms.IntegerField):
        limits = {"minimum": field.min_value, "maximum": field.max_value}
        return {"type": "integer", **{name: n for name, n in limits.items() if n is not None}, **optional}
    if isinstance(field, forms.ChoiceField):
        return {"type": "string", "enum": [str(value) for value, _label in field.choices]}  # type: ignore[misc,union-attr]
    if isinstance(field, forms.DateField):
        return {"type": "string", "format": "date", **optional}
    if isinstance(field, forms.UUIDField):
        # One that was left out stands in the payload as an empty text.
        return {"type": "string", **({"format": "uuid"} if field.required else optional)}
    longest = getattr(field, "max_length", None)
    return {"type": "string", **({"maxLength": longest} if longest else {}), **optional}
