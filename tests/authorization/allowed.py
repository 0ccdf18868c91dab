"""The allow-list: every route, and who may what. Whatever is not here is refused and changes nothing.

Read a row as: at this route, whose address names that, these may do so with what is theirs, and are answered so.
`home` and the like say nothing of the asker: everybody reads them. New routes go where they belong by address.
"""

from tests.authorization import bodies as b
from tests.authorization.allowed_accounts import ACCOUNTS
from tests.authorization.allowed_admin import ADMIN
from tests.authorization.allowed_people import PEOPLE
from tests.authorization.roles import (
    BY_SESSION,
    BY_TOKEN,
    EVERYBODY,
    FRESH,
    IN_FORCE,
    NOT_OF_HOUSE,
    OWN_HOSPITAL,
)
from tests.authorization.table import Let, Row, Told, only, row
from verification.sop import Reason

OWN, OTHERS, HOSPITAL = only("own"), only("others"), only("hospital")
LIVE = only("others", "hospital", "house")
STANDING_APART = only("others", "house")
SPEAK = BY_SESSION | BY_TOKEN
# Whose lease from before is there still.
HOLDERS = IN_FORCE | {"expired_reviewer"}
READ = Let("GET", 200, EVERYBODY)
READ_A_LIST = Let("GET", 200, EVERYBODY, only("a list"))
API_OPTIONS = Let("OPTIONS", 204, EVERYBODY)
TOLD_THEIRS, TOLD_REVIEWERS = Told(SPEAK, OWN), Told(IN_FORCE, OWN | OTHERS | HOSPITAL)
ASK_API = Let("OPTIONS", 200, SPEAK)


def signed_in(method: str = "GET", answer: int = 200, **more) -> Let:
    """Whoever is signed in."""
    return Let(method, answer, BY_SESSION, **more)


def decide(act: str, answer: int) -> tuple[Let, ...]:
    """A reviewer in force, of what they did not write and what is not about their own house."""
    return Let("POST", answer, IN_FORCE, OTHERS, act), Let("POST", answer, NOT_OF_HOUSE, HOSPITAL, act)


def each(acts: str, answer: int) -> tuple[Let, ...]:
    """`decide`, of several acts."""
    return tuple(let for act in acts.split() for let in decide(act, answer))


PUBLIC: tuple[Row, ...] = (
    row("", READ),
    row("lists/", READ),
    row("search/", READ),
    row("status/", READ),
    row("about/", READ),
    row("about/rules/", READ),
    row("<slug:kind>/", READ_A_LIST, names="list"),
    row("<slug:kind>.csv", READ_A_LIST, names="list"),
    row("<slug:kind>.json", READ_A_LIST, names="list"),
    row(
        "<slug:kind>/<uuid:uid>/",
        Let("GET", 200, EVERYBODY, LIVE),
        Let("GET", 410, EVERYBODY, only("gone")),
        Let("GET", 302, EVERYBODY, only("merged")),
        names="record",
    ),
    row(
        "<slug:kind>/<uuid:uid>/history/",
        Let("GET", 200, EVERYBODY, only("merged")),
        Let("GET", 302, EVERYBODY, LIVE | {"gone"}),
        names="record",
    ),
    row("api/docs/", READ),
    # Leads on to the page for people, whatever is asked.
    row(
        "api/",
        *(Let(m, 302, EVERYBODY, writes=False) for m in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")),
    ),
    row("api/^(?P<path>.*)$"),
    row("api/schema/", READ, API_OPTIONS),
    row("api/v1/", READ, API_OPTIONS),
    row("api/v1/policy/", READ, API_OPTIONS),
    row("api/v1/search/", READ, API_OPTIONS),
    row("api/v1/changes/", READ, API_OPTIONS),
    row("api/v1/<slug:kind>/", READ_A_LIST, API_OPTIONS, names="list"),
    row(
        "api/v1/<slug:kind>/<uuid:uid>/",
        Let("GET", 200, EVERYBODY, LIVE),
        Let("GET", 410, EVERYBODY, only("gone")),
        Let("GET", 302, EVERYBODY, only("merged")),
        API_OPTIONS,
        names="record",
    ),
    row(
        "api/v1/<slug:kind>/<uuid:uid>/history/",
        Let("GET", 200, EVERYBODY, LIVE | {"gone", "merged"}),
        API_OPTIONS,
        names="record",
    ),
    # A page of working addresses that everybody may open.
    # The corner in the head of every page; for whoever is signed in, their own page.
    row("me/", READ, Let("POST", 302, BY_SESSION), choose=b.plain(language="en", published="on")),
    row("submit/", READ),
    # Nothing but what the demonstration would have sent; elsewhere the page is not there.
    row("demo/mail/", READ, Told(EVERYBODY)),
    # Whoever has the address has the power, over this one record.
    row(
        "owner/<str:token>/",
        Let("GET", 200, EVERYBODY, only("others", "hospital", "gone")),
        Let("POST", 302, EVERYBODY, only("others", "hospital")),
        names="owner link",
        confirm=b.plain(action="confirm"),
        take_down=b.plain(action="take_down", reason=Reason.NEED_MET),
    ),
)

SENDING: tuple[Row, ...] = (
    row(
        "me/tokens/",
        signed_in(),
        signed_in("POST", act="make"),
        Let("POST", 302, only("sender"), act="take_back"),
        # Nobody else's token is found: nothing happens.
        Let("POST", 302, BY_SESSION - {"sender"}, act="take_back", writes=False),
        make=b.plain(name="填报脚本"),
        take_back=b.taken_back(),
    ),
    row(
        "submit/<slug:kind>/",
        signed_in(of=only("a list")),
        signed_in("POST", of=only("a list"), act="check", writes=False),
        signed_in("POST", 302, of=only("a list"), act="send"),
        signed_in("POST", 302, of=only("a list"), act="correct"),
        names="list",
        check=b.form("check"),
        send=b.form("send", organisation_name="江城新来医院"),
        correct=b.correction(),
    ),
    row(
        "submit/<slug:kind>/lines/",
        signed_in("POST", of=only("a list"), writes=False),
        names="list",
        paste=b.plain(paste="N95口罩 5000个"),
    ),
    row("submit/<slug:kind>/organisations/", signed_in(of=only("a list")), names="list"),
    row(
        "submit/<slug:kind>/sheet/",
        signed_in(of=only("a list")),
        signed_in("POST", 302, of=only("a list")),
        names="list",
        file=b.file(),
    ),
    row("mine/", signed_in()),
    row(
        "mine/<uuid:uid>/",
        signed_in(of=OWN),
        TOLD_THEIRS,
        signed_in("POST", 302, of=OWN),
        names="submission",
        withdraw=b.plain(action="withdraw", reason=Reason.MISTAKE),
        accept=b.accepted(),
    ),
    row("mine/<uuid:uid>/received/", signed_in(of=OWN), names="submission"),
    row(
        "mine/<uuid:uid>/edit/",
        signed_in(of=OWN),
        TOLD_THEIRS,
        signed_in("POST", 302, of=OWN),
        names="submission",
        edit=b.form("send", organisation_name="江城改写医院"),
        resubmit=b.form("send", "returned", organisation_name="江城改写医院"),
    ),
    # Asked of a reviewer; done at once for the record's own proven organisation.
    row(
        "mine/withdraw/<uuid:uid>/",
        signed_in(of=LIVE),
        signed_in("POST", 302, of=LIVE),
        names="record",
        ask=b.plain(reason=Reason.NEED_MET, note="已收到"),
    ),
    row(
        "mine/confirm/<uuid:uid>/",
        signed_in(of=LIVE),
        signed_in("POST", 302, of=LIVE),
        names="record",
        ask=b.plain(note="还在收"),
    ),
    row(
        "mine/links/<uuid:uid>/",
        Let("GET", 200, IN_FORCE, LIVE | {"gone", "merged"}),
        Let("GET", 200, OWN_HOSPITAL, HOSPITAL),
        Let("POST", 200, FRESH, LIVE, "issue"),
        Let("POST", 200, OWN_HOSPITAL, HOSPITAL, "issue"),
        Let("POST", 302, IN_FORCE, OTHERS | HOSPITAL | {"gone"}, "revoke"),
        Let("POST", 302, OWN_HOSPITAL, HOSPITAL, "revoke"),
        names="record",
        issue=b.plain(action="issue"),
        revoke=b.revoked_link(),
    ),
    row("mine/imports/", signed_in()),
    row(
        "mine/imports/<uuid:uid>/",
        signed_in(of=OWN),
        TOLD_THEIRS,
        signed_in("POST", 302, of=OWN),
        names="import",
        accept=b.plain(action="accept"),
        cancel=b.plain(action="cancel"),
    ),
    row("mine/imports/<uuid:uid>/progress/", signed_in(of=OWN), names="import"),
    row("mine/imports/<uuid:uid>/refused.csv", signed_in(of=OWN), names="import"),
    row(
        "mine/imports/<uuid:uid>/rows/<int:number>/",
        signed_in("POST", 302, of=OWN),
        names="import",
        answer=b.plain(answer="drop"),
    ),
)

REVIEWING: tuple[Row, ...] = (
    row("review/", Let("GET", 200, IN_FORCE), Told(IN_FORCE)),
    row("review/next/", Let("GET", 302, IN_FORCE), Let("POST", 302, IN_FORCE), draw=b.plain()),
    row(
        "review/<uuid:uid>/",
        Let("GET", 200, IN_FORCE, OWN | OTHERS | HOSPITAL),
        TOLD_REVIEWERS,
        *each("verify enter return reject duplicate distinct confirm propose edit rebase", 302),
        # Whoever sent it may change what still waits, here too.
        Let("POST", 302, IN_FORCE, OWN, "edit"),
        Let("POST", 302, IN_FORCE, OWN, "rebase"),
        Let("POST", 302, IN_FORCE, OWN | OTHERS | HOSPITAL, "doubt"),
        Let("POST", 302, FRESH, OTHERS | HOSPITAL, "take_down"),
        names="submission",
        verify=b.button("verify"),
        enter=b.button("enter", "verified"),
        reject=b.button("reject", reason=Reason.FALSE),
        duplicate=b.button("duplicate"),
        distinct=b.button("distinct"),
        doubt=b.button("doubt"),
        rebase=b.button("rebase"),
        take_down=b.button("take_down", "withdrawal", reason=Reason.NEED_MET),
        confirm=b.button("confirm", "confirmation"),
        propose=b.worded("propose"),
        edit=b.worded("edit"),
        **{"return": b.button("return", reason=Reason.UNCLEAR)},
    ),
    # Fewer than two wait: on to the one.
    row(
        "review/<uuid:uid>/together/",
        Let("GET", 200, FRESH, OTHERS, writes=True),
        Let("GET", 200, FRESH - {"house_reviewer"}, HOSPITAL, writes=True),
        Let("GET", 302, FRESH, OWN | HOSPITAL),
        TOLD_REVIEWERS,
        *each("verify enter", 302),
        names="submission",
        verify=b.together("verify", "collected"),
        enter=b.together("enter", "verified"),
    ),
    row(
        "review/<uuid:uid>/renew/",
        Let("POST", 200, IN_FORCE, OWN | OTHERS | HOSPITAL),
        names="submission",
        renew=b.fenced(),
    ),
    row(
        "review/takedown/<uuid:uid>/",
        Let("GET", 200, FRESH, LIVE),
        Let("GET", 200, OWN_HOSPITAL, HOSPITAL),
        Let("POST", 302, FRESH, LIVE),
        Let("POST", 302, OWN_HOSPITAL, HOSPITAL),
        names="record",
        take_down=b.plain(reason=Reason.NEED_MET, note="已收到"),
    ),
    row("review/look/<int:pk>/", Let("POST", 302, IN_FORCE, OTHERS), names="take-down"),
    row(
        "review/merge/<uuid:uid>/",
        Let("GET", 200, FRESH, STANDING_APART),
        Let("GET", 200, FRESH & NOT_OF_HOUSE, HOSPITAL),
        Let("POST", 302, FRESH, STANDING_APART),
        Let("POST", 302, FRESH & NOT_OF_HOUSE, HOSPITAL),
        names="record",
        merge=b.merged_into(),
    ),
    row(
        "review/unmerge/<uuid:uid>/",
        Let("GET", 200, FRESH, only("merged")),
        Let("POST", 302, FRESH, only("merged")),
        names="record",
        unmerge=b.plain(reason=Reason.MISTAKE, note="不是同一处"),
    ),
)

API: tuple[Row, ...] = (
    row(
        "api/v1/submissions/",
        Let("GET", 200, SPEAK),
        Told(SPEAK, mine=True),
        ASK_API,
        Let("POST", 201, SPEAK, act="new"),
        # At once for the record's own organisation; a token asks, as anybody does.
        Let("POST", 200, OWN_HOSPITAL, HOSPITAL, "withdrawal"),
        Let("POST", 200, OWN_HOSPITAL, HOSPITAL, "confirmation"),
        Let("POST", 201, SPEAK, LIVE, "withdrawal"),
        Let("POST", 201, SPEAK, LIVE, "confirmation"),
        names="record",
        new=b.sent(payload=b.CONTENT),
        withdrawal=b.about_record(intent="withdrawal", reason=Reason.NEED_MET),
        confirmation=b.about_record(intent="confirmation"),
    ),
    row(
        "api/v1/submissions/next/", Let("POST", 200, IN_FORCE), Told(IN_FORCE), ASK_API, draw=b.plain(step="")
    ),
    row(
        "api/v1/submissions/<uuid:uid>/",
        Let("GET", 200, SPEAK, OWN),
        Let("GET", 200, IN_FORCE, OTHERS | HOSPITAL),
        TOLD_THEIRS,
        TOLD_REVIEWERS,
        ASK_API,
        names="submission",
    ),
    row(
        "api/v1/submissions/batch/<slug:action>/",
        *each("claim verify enter reject return", 200),
        TOLD_REVIEWERS,
        ASK_API,
        names="submission",
        claim=b.many("claim"),
        verify=b.many("verify"),
        enter=b.many("enter", "verified"),
        reject=b.many("reject", reason=Reason.FALSE),
        **{"return": b.many("return", reason=Reason.UNCLEAR)},
    ),
    row(
        "api/v1/submissions/<uuid:uid>/<slug:action>/",
        *each("claim verify enter return reject duplicate distinct confirm reopen edit rebase", 200),
        *(Let("POST", 200, SPEAK, OWN, act) for act in ("withdraw", "edit", "resubmit")),
        Let("POST", 200, BY_SESSION, OWN, "rebase"),
        Let("POST", 200, FRESH, OTHERS | HOSPITAL, "take_down"),
        Let("POST", 200, IN_FORCE, OTHERS | HOSPITAL, "doubt"),
        Let("POST", 200, IN_FORCE, OWN, "doubt"),
        Let("POST", 200, IN_FORCE, OTHERS | HOSPITAL, "release"),
        Let("POST", 200, IN_FORCE, OTHERS | HOSPITAL, "renew"),
        # Nobody is handed what they sent; these had it put into their hands, and may only give it back.
        Let("POST", 200, HOLDERS, OWN, "release"),
        Let("POST", 200, HOLDERS, OWN, "renew"),
        Let("POST", 200, BY_SESSION - HOLDERS, OWN, "release", writes=False),
        TOLD_THEIRS,
        TOLD_REVIEWERS,
        ASK_API,
        names="submission",
        claim=b.step(),
        release=b.step(),
        renew=b.step(),
        verify=b.step("collected", "verify"),
        enter=b.step("verified", "enter"),
        reject=b.step(reason=Reason.FALSE),
        duplicate=b.step(reason=Reason.SAME_RECORD),
        distinct=b.step(),
        doubt=b.step(),
        withdraw=b.step(reason=Reason.MISTAKE),
        resubmit=b.step("returned", data=b.CONTENT),
        edit=b.step(data=b.CONTENT),
        rebase=b.step(),
        take_down=b.step("withdrawal", reason=Reason.NEED_MET),
        confirm=b.step("confirmation", "confirm"),
        reopen=b.step("rejected", reason=Reason.NEW_FACTS),
        # What is the machine's is nobody's to ask for.
        publish=b.step("verified"),
        send_back=b.step("verified", reason=Reason.RECORD_CHANGED),
        **{"return": b.step(reason=Reason.UNCLEAR)},
    ),
)

ROWS = (*PUBLIC, *SENDING, *REVIEWING, *PEOPLE, *API, *ACCOUNTS, *ADMIN)
