"""The allow-list of what is about people: belonging, vouching, power, rules, handing out, the audit."""

from tests.authorization import bodies as b
from tests.authorization import colleagues as c
from tests.authorization.roles import (
    BY_SESSION,
    COORDINATORS,
    EVERYBODY,
    FRESH,
    FRESH_COORDINATORS,
    FRESH_VOICE,
    IN_FORCE,
    VOICE,
)
from tests.authorization.table import Let, Row, Told, only, row
from verification.sop import Action

OTHERS, HOSPITAL, OWN = only("others"), only("hospital"), only("own")
BOTH_HOUSES = only("hospital", "house")
# Names: the first step is due; the second one; the second one, after a first by a reviewer of the alliance.
ASKED, CHECKED, OF_ALLIANCE = only("asked"), only("checked"), only("checked by alliance")
# Reviewers of another house than the alliance.
OUTSIDE = only("house_reviewer")
# Grants that wait: proposed by a coordinator; by a reviewer, for reviewers alone to confirm; by oneself.
POWER, RESET = only("power"), only("reset")
PERSON, REVIEWER, COORDINATOR = (
    only("a person"),
    only("a reviewer"),
    only("a coordinator"),
)
SUSPENDED, CLOSED = only("a suspended one"), only("a closed one")
SOMEBODY = PERSON | REVIEWER | COORDINATOR | SUSPENDED | CLOSED
# Of an organisation each, so that another one can adopt what they propose.
RULE = FRESH_VOICE - {"superuser"}

PEOPLE: tuple[Row, ...] = (
    row("me/factor/", Let("GET", 200, BY_SESSION)),
    row(
        "me/organisations/",
        Let("GET", 200, BY_SESSION),
        # Everybody here has an address at the domain that is proven to be the academy's.
        Let("POST", 302, BY_SESSION, act="join"),
        Let("POST", 302, BY_SESSION, act="leave"),
        # Whose check is in force, or waits, asks for none; whoever is suspended may not.
        Let(
            "POST",
            302,
            BY_SESSION - IN_FORCE - {"candidate", "unarmed_reviewer", "suspended_reviewer"},
            act="ask",
        ),
        Let("POST", 302, only("candidate"), act="withdraw"),
        Let("POST", 302, BY_SESSION, act="withdraw", writes=False),
        join=c.of_oneself("join", "academy"),
        join_elsewhere=c.of_oneself("join", "hospital"),
        leave=c.of_oneself("leave"),
        leave_for_another=c.left_by_another(),
        ask=c.of_oneself("ask"),
        withdraw=c.of_oneself("withdraw"),
    ),
    row(
        "people/",
        Let("GET", 200, VOICE),
        Let("POST", 302, FRESH_VOICE, POWER, "confirm"),
        Let("POST", 302, FRESH, RESET, "confirm"),
        Let("POST", 302, VOICE, POWER | RESET | OWN, "decline"),
        names="grant",
        confirm=c.grant_act("confirm"),
        decline=c.grant_act("decline"),
    ),
    # The legal name is told to whoever takes the step that is due, and reading it is an act.
    row(
        "people/check/<uuid:uid>/",
        Let("GET", 200, FRESH, ASKED | CHECKED | OF_ALLIANCE),
        Let("POST", 200, FRESH, ASKED | CHECKED, "read"),
        Let("POST", 200, OUTSIDE, OF_ALLIANCE, "read"),
        Let("POST", 302, FRESH, ASKED, "check"),
        Let("POST", 302, FRESH, CHECKED, "confirm"),
        Let("POST", 302, OUTSIDE, OF_ALLIANCE, "confirm"),
        Let("POST", 302, IN_FORCE, ASKED | CHECKED, "decline"),
        Let("POST", 302, OUTSIDE, OF_ALLIANCE, "decline"),
        Told(FRESH, ASKED | CHECKED),
        Told(OUTSIDE, OF_ALLIANCE),
        names="check",
        **{act: c.name_act(act) for act in ("read", "check", "confirm", "decline")},
    ),
    row(
        "people/person/<int:person>/",
        Let("GET", 200, VOICE, SOMEBODY | only("oneself")),
        Let("POST", 302, FRESH_COORDINATORS, SOMEBODY, "make_coordinator"),
        Let("POST", 302, FRESH_COORDINATORS, SOMEBODY, "unmake_coordinator"),
        Let("POST", 302, FRESH_VOICE, SOMEBODY, "suspend"),
        Let("POST", 302, FRESH_VOICE, SOMEBODY, "reinstate"),
        Let("POST", 302, FRESH_COORDINATORS, SOMEBODY, "deactivate"),
        Let("POST", 302, FRESH_COORDINATORS, SOMEBODY, "reactivate"),
        Let("POST", 302, FRESH, SOMEBODY, "reset_factor"),
        names="person",
        make_coordinator=c.person_act(Action.MAKE_COORDINATOR, "a reviewer"),
        unmake_coordinator=c.person_act(Action.UNMAKE_COORDINATOR, "a coordinator"),
        suspend=c.person_act(Action.SUSPEND, "a reviewer"),
        reinstate=c.person_act(Action.REINSTATE, "a suspended one"),
        deactivate=c.person_act(Action.DEACTIVATE, "a person", "a reviewer", "a coordinator"),
        reactivate=c.person_act(Action.REACTIVATE, "a closed one"),
        reset_factor=c.person_act(Action.RESET_FACTOR, "a person", "a reviewer", "a coordinator"),
    ),
    row(
        "people/organisation/<uuid:uid>/",
        Let("GET", 200, COORDINATORS, BOTH_HOUSES),
        Let("GET", 200, only("head"), HOSPITAL),
        Let("POST", 200, only("head"), HOSPITAL, "invite"),
        Let("POST", 302, only("head"), HOSPITAL, "revoke"),
        Let("POST", 302, only("head"), HOSPITAL, "remove"),
        Let("POST", 302, COORDINATORS, BOTH_HOUSES, "remove"),
        Let("POST", 302, FRESH_COORDINATORS, only("house"), "prove"),
        Let("POST", 302, FRESH_COORDINATORS, BOTH_HOUSES, "domain"),
        Let("POST", 302, FRESH_COORDINATORS, BOTH_HOUSES, "appoint"),
        names="organisation",
        invite=b.plain(action="invite", email="newcomer@people.example"),
        revoke=c.withdrawal_of_invitation(),
        remove=c.removal(),
        prove=b.plain(action="prove"),
        domain=b.plain(action="domain", domain="house.example"),
        appoint=b.plain(action="appoint", email="person@people.example"),
    ),
    # Whoever has the link reads who invites; the one it was sent to accepts.
    row(
        "people/invitation/<str:token>/",
        Let("GET", 200, EVERYBODY, OWN | OTHERS),
        Let("POST", 302, BY_SESSION, OWN),
        names="invitation",
        accept=b.plain(),
    ),
    row(
        "review/rules/",
        Let("GET", 200, RULE),
        *(Let("POST", 302, RULE, act=act) for act in ("propose", "adopt", "decline", "take_back")),
        Let("POST", 302, only("house_reviewer", "coordinator"), act="adopt_of_alliance"),
        propose=c.rule_act(Action.PROPOSE_POLICY),
        adopt=c.rule_act(Action.ADOPT_POLICY, "chief"),
        adopt_of_alliance=c.rule_act(Action.ADOPT_POLICY, "colleague"),
        adopt_own=c.rule_act(Action.ADOPT_POLICY, "own"),
        decline=c.rule_act(Action.DECLINE_POLICY, "chief"),
        take_back=c.rule_act(Action.DECLINE_POLICY, "own"),
    ),
    row(
        "review/direct/",
        Let("GET", 200, COORDINATORS),
        Let("POST", 302, COORDINATORS, OTHERS | HOSPITAL),
        names="entry",
        direct=c.directed(),
    ),
    row("review/pairs/", Let("GET", 200, COORDINATORS)),
    row("audit/", Let("GET", 200, COORDINATORS)),
    row("audit/export/", Let("POST", 200, FRESH_COORDINATORS), take=b.plain()),
)
