"""The lists, one file each: record model, form, Kind."""

from importlib import import_module

# The order in which pages show them.
LISTS = (
    "needs",
    "donations",
    "giving_channels",
    "corporate_gifts",
    "suppliers",
    "couriers",
    "staff_lodging",
    "traveller_lodging",
    "clinics",
)


def register_all() -> None:
    """Import every list; each registers its Kind once."""
    for name in LISTS:
        import_module(f"supplies.lists.{name}")


# Whoever asks for one list first: all of them are registered in their order.
register_all()
