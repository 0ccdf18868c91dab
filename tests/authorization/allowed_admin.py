"""The allow-list of the admin: coordinators read everything, and look after organisations, members and words.

Nothing is deleted here, and what the workflow owns is not written here, by administrators either. Django's admin
shows a page by whatever method it is asked; `shown` says so.
"""

from collections.abc import Iterator

from tests.authorization import bodies as b
from tests.authorization.bodies import Act
from tests.authorization.roles import COORDINATORS, EVERYBODY
from tests.authorization.table import Let, Row, Told, only, row

WITH_HISTORY, MISSING = only("a row"), only("missing")
SHIPPED = only("a shipped row")
A_ROW = WITH_HISTORY | SHIPPED
NOT_COORDINATORS = EVERYBODY - COORDINATORS


def shown(who: frozenset[str] = COORDINATORS, answer: int = 200, **more) -> Let:
    """A page that only shows, whatever the method."""
    return Let("ANY", answer, who, writes=False, **more)


# What coordinators read of people, of mail, and of what was sent in.
TELLING = ("verification.user", "verification.outbox", "verification.submission", "supplies.need")


def _model(
    label: str,
    *,
    adds: Act | None = None,
    changes: Act | None = None,
    who: frozenset[str] = COORDINATORS,
    readers: frozenset[str] = COORDINATORS,
    tracked: bool = True,
) -> Iterator[Row]:
    """The addresses of one table: read by `readers`, written by `who` where there is something to send."""
    # A key with a slash is taken for an address: on to the form.
    slashed = [shown(readers, 302, of=SHIPPED)] if label == "supplies.standard" else []
    told = [Told(readers)] if label in TELLING else []
    at, names = f"admin/{label.replace('.', '/')}/", f"row of {label}"
    # The list runs no action but those it offers: what it does not, it answers with itself, or a word.
    delete = b.of_model(label, action="delete_selected")
    acted = Let("POST", 302 if label.endswith(("attempt", "outbox")) else 200, readers, writes=False)
    yield row(at, acted, shown(readers), *told, delete=delete)
    if adds:
        yield row(f"{at}add/", Let("POST", 302, who), shown(who), add=adds)
    else:
        yield row(f"{at}add/")
    # Nothing there: back to the front page, with a word.
    history = [] if tracked else [shown(COORDINATORS, 302, of=MISSING)]
    yield row(f"{at}<path:object_id>/history/", shown(readers, of=A_ROW), *history, names=names)
    yield row(f"{at}<path:object_id>/delete/", names=names, delete=b.plain(post="yes"))
    change = [Let("POST", 302, who, A_ROW), Let("POST", 302, who, MISSING, writes=False)] if changes else []
    yield row(
        f"{at}<path:object_id>/change/",
        *change,
        *told,
        Let("SHOWN", 200, readers, A_ROW, writes=False),
        Let("SHOWN", 302, readers, MISSING, writes=False),
        names=names,
        change=changes or b.plain(name="x"),
    )
    # Leads on to the form, without a look at it.
    yield row(f"{at}<path:object_id>/", shown(COORDINATORS, 302), names=names)
    if tracked:
        # An old state is looked at; nobody brings it back from here.
        yield row(
            f"{at}^([^/]+)/history/([^/]+)/$",
            Let("SHOWN", 200, readers, WITH_HISTORY, writes=False),
            *told,
            *slashed,
            names=names,
            change=changes or b.plain(name="x"),
        )


LISTS = "need donation givingchannel corporategift supplier courier stafflodging travellerlodging clinic"
ADMIN: tuple[Row, ...] = (
    row("admin/", shown()),
    row(
        "admin/login/",
        Let("HEAD", 200, COORDINATORS),
        Let("GET", 302, COORDINATORS),
        *(Let(method, 405, COORDINATORS, writes=False) for method in ("PATCH", "DELETE")),
        shown(),
    ),
    row(
        "admin/logout/",
        Let("POST", 200, COORDINATORS, writes=False),
        Let("OPTIONS", 200, COORDINATORS),
        shown(NOT_COORDINATORS, 302),
    ),
    # There is one door for passwords.
    row("admin/password_change/", shown(answer=302), change=b.new_password()),
    row("admin/password_change/done/", *(Let(m, 200, COORDINATORS) for m in ("GET", "OPTIONS"))),
    row("admin/autocomplete/", Let("OPTIONS", 200, COORDINATORS)),
    row("admin/jsi18n/", Let("GET", 200, COORDINATORS), Let("OPTIONS", 200, COORDINATORS)),
    row("admin/r/<path:content_type_id>/<path:object_id>/"),
    row("admin/<app_label>/", shown()),
    row("admin/(?P<url>.*)$"),
    *_model(
        "verification.organisation", adds=b.organisation("江城新医院"), changes=b.organisation("江城改名医院")
    ),
    *_model("verification.reasonwords", changes=b.plain(words_zh="说明", words_en="words")),
    *_model("supplies.item", adds=b.item(), changes=b.item()),
    *_model("supplies.standard", adds=b.standard(), changes=b.standard()),
    *(
        row
        for name in ("user", "membership", "reviewer", "grant", "submission")
        for row in _model(f"verification.{name}")
    ),
    *(
        row
        for name in ("event", "takedown", "attempt", "outbox")
        for row in _model(f"verification.{name}", tracked=False)
    ),
    *(row for name in LISTS.split() for row in _model(f"supplies.{name}")),
)
