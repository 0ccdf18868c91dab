"""Which organisation a name means, and how one comes into the register or is merged into another."""

from collections.abc import Collection, Sequence

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from verification import journal, names
from verification.journal import acting
from verification.models import Organisation, OrganisationAlias, User
from verification.models.people import OrganisationKind
from verification.refusals import NotAllowed
from verification.sop import Action, Role


def root_of(organisation: Organisation) -> Organisation:
    """The organisation itself, or the one it was merged into."""
    return organisation.merged_into or organisation


def named(name: str, place: str = "") -> list[Organisation]:
    """Organisations that go by exactly this name (normalised), in this place where one is given."""
    normalised = names.normalise(name)
    return _in(place, _called([normalised]).get(normalised, ())) if normalised else []


def _called(normalised: Collection[str]) -> dict[str, list[Organisation]]:
    """The organisations, at their roots, that go by each of these names. One query."""
    aliases = OrganisationAlias.objects.filter(normalised__in=normalised).select_related(
        "organisation__merged_into"
    )
    found: dict[str, dict[int, Organisation]] = {}
    for alias in aliases:
        root = root_of(alias.organisation)
        found.setdefault(alias.normalised, {})[root.pk] = root
    return {name: list(those.values()) for name, those in found.items()}


def _in(place: str, found: Collection[Organisation]) -> list[Organisation]:
    return [o for o in found if not place or not o.place or same_place(o.place, place)]


def same_place(one: str, other: str) -> bool:
    """One lies in the other: codes without their trailing zero pairs, the shorter a beginning of the longer."""
    short, long = sorted((_stem(one), _stem(other)), key=len)
    return long.startswith(short)


def _stem(code: str) -> str:
    while code.endswith("00"):
        code = code[:-2]
    return code


def the_one_named(name: str, place: str = "") -> Organisation | None:
    """The organisation of that name where exactly one goes by it; None where none or several do."""
    found = named(name, place)
    return found[0] if len(found) == 1 else None


def the_ones_meant(asked: Sequence[tuple[str, str, str]]) -> list[Organisation | None]:
    """For each (uid, name, place) the organisation of that uid, at its root, or else the one of that name.

    A query for all uids, one for all names.
    """
    uids = {uid for uid, _name, _place in asked if uid}
    those = Organisation.objects.select_related("merged_into").filter(uid__in=uids) if uids else ()
    chosen = {str(one.uid): root_of(one) for one in those}
    wanted = {names.normalise(name) for uid, name, _place in asked if uid not in chosen} - {""}
    called = _called(wanted) if wanted else {}
    found: list[Organisation | None] = []
    for uid, name, place in asked:
        so_called = _in(place, called.get(names.normalise(name), ()))
        found.append(chosen.get(uid) or (so_called[0] if len(so_called) == 1 else None))
    return found


def search(text: str, *, limit: int = 8) -> list[Organisation]:
    """Organisations whose name or alias holds the text, shortest name first; for the form's suggestions."""
    normalised = names.normalise(text)
    if not normalised:
        return []
    matches = Q(normalised__contains=normalised)
    aliases = (
        OrganisationAlias.objects.filter(matches)
        .select_related("organisation__merged_into")
        .order_by("normalised")[: limit * 4]
    )
    found = {root_of(a.organisation).pk: root_of(a.organisation) for a in aliases}
    return sorted(found.values(), key=lambda o: (len(o.name), o.name))[:limit]


def add_organisation(
    *,
    name: str,
    kind: OrganisationKind,
    by: User,
    place: str = "",
    proven: bool = False,
    aliases: tuple[str, ...] = (),
) -> Organisation:
    """A new organisation, known by its name and its aliases."""
    with acting(by=by, reason="organisation added"):
        organisation = Organisation.objects.create(name=name, kind=kind, place=place, proven=proven)
        known_as = {names.normalise(n): n for n in (name, *aliases)}
        OrganisationAlias.objects.bulk_create(
            OrganisationAlias(organisation=organisation, name=n, normalised=key)
            for key, n in known_as.items()
        )
        # Robots lay out a demonstration or a replay: that is told by those.
        if not by.is_robot:
            event = journal.new_event(
                Action.ADD_ORGANISATION, by=by, role=Role.COORDINATOR, organisation=organisation.pk
            )
            journal.append([event])
    return organisation


def settle_merge(organisation: Organisation, *, by: User) -> list[Organisation]:
    """After an edit: `merged_into` names the root, for this organisation and all that were merged into it.

    Returns the organisations whose records may show another name now. Undoing a merge is setting it to none.
    """
    with acting(by=by, reason="organisations merged"):
        root, seen = organisation.merged_into, {organisation.pk}
        while root is not None and root.merged_into is not None and root.pk not in seen:
            seen.add(root.pk)
            root = root.merged_into
        if root is not None:
            if root.pk in seen:
                raise NotAllowed(_("These organisations would be merged in a circle."))
            Organisation.objects.filter(merged_into=organisation).update(merged_into=root)
            Organisation.objects.filter(pk=organisation.pk).update(merged_into=root)
        return [organisation, *Organisation.objects.filter(merged_into=root or organisation)]
