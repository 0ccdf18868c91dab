"""Which organisation a written name means: exactly, or by likeness for a person to look at."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from verification import names, organisations
from verification.models import Organisation, OrganisationAlias

# From here on likeness is worth a person's look; see `names.similarity`.
ALIKE = 0.9

_LOOKED_AT = 40
_SHOWN = 5

Match = Literal["name", "alias", "similar"]


@dataclass(frozen=True)
class Finding:
    """The organisation meant, and how surely; `candidates` are those that come near, likest first."""

    organisation: Organisation | None = None
    match: Match | None = None
    candidates: list[tuple[Organisation, float]] = field(default_factory=list)


def known_names() -> list[str]:
    """Every name and alias in the register, to find many names among them."""
    return list(OrganisationAlias.objects.order_by("pk").values_list("name", flat=True))


def find(text: str, place: str = "", *, among: Iterable[str]) -> Finding:
    """The organisation that goes by `text`, in the place of that code where one is given.

    `name` and `alias` are what a submission would be tied to without asking. `similar` is the only one whose
    name is alike. Where several are meant or none comes near there is no match, only candidates.
    """
    if not names.identifying(text):
        return Finding()
    exact = organisations.named(text, place)
    if len(exact) == 1:
        own = names.normalise(exact[0].name) == names.normalise(text)
        return Finding(exact[0], "name" if own else "alias", [(exact[0], 1.0)])
    if exact:
        return Finding(candidates=[(organisation, 1.0) for organisation in exact[:_SHOWN]])
    near = _near(text, place, among)
    alike = [organisation for organisation, likeness in near if likeness >= ALIKE]
    if len(alike) == 1:
        return Finding(alike[0], "similar", near)
    return Finding(candidates=near)


def _near(text: str, place: str, among: Iterable[str]) -> list[tuple[Organisation, float]]:
    """Organisations one of whose names is like the text, each once with its best likeness."""
    found: dict[int, tuple[Organisation, float]] = {}
    for name, likeness in names.best_matches(text, among, limit=_LOOKED_AT):
        for organisation in organisations.named(name, place):
            found.setdefault(organisation.pk, (organisation, likeness))
    return list(found.values())[:_SHOWN]
