"""No N+1: every reading function and every page costs as many queries at three rows as at one, and not many."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import builders
from tests.signing_in import sign_in
from tests.supplies import sheet_files
from verification import (
    drawing,
    feed,
    history,
    inbox,
    journal,
    kinds,
    likeness,
    measures,
    owner_links,
    pairs,
    people,
    uniting,
)
from verification.models import Public
from verification.sop import Reason


def counted(act):
    with CaptureQueriesContext(connection) as queries:
        act()
    return len(queries)


@pytest.fixture
def fill(volunteer, reviewer, other_reviewer):
    """Bring in `number` more of everything there is to read."""

    def more(number, first):
        for n in range(first, first + number):
            name = {"organisation_name": f"江城{n}号医院"}
            record = builders.published_need(volunteer, reviewer, **name)
            builders.published_need(volunteer, reviewer, record=record.uid, remarks=f"第{n}次更正", **name)
            builders.submit_need(volunteer, record=record.uid, remarks="待审", **name)
            builders.returned_need(volunteer, reviewer, organisation_name=f"江城退{n}医院")
            gone = builders.published_need(volunteer, reviewer, organisation_name=f"江城撤{n}医院")
            builders.taken_down(other_reviewer, gone)
        while journal.sequence():
            pass

    return more


def reading(volunteer, reviewer):
    """Each reading function of the core, with how many queries it may ask."""
    needs = kinds.get("needs")
    own = list(inbox.mine(volunteer))

    def who():
        return people.standing(reviewer, now=timezone.now())

    record = Public.objects.live().first()
    return {
        "people.standing": (1, who),
        "inbox.waiting_for": (2, lambda: list(inbox.waiting_for(who()))),
        "inbox.in_hand": (2, lambda: inbox.in_hand(who())),
        "inbox.looked_up": (1, lambda: inbox.looked_up("江城", limit=20)),
        "drawing.window": (3, lambda: drawing.window(who())),
        "drawing.put_back_often": (1, drawing.put_back_often),
        "pairs.report": (1, pairs.report),
        "inbox.counts_for": (2, lambda: inbox.counts_for(who())),
        "inbox.take_downs_to_look_at": (2, lambda: list(inbox.take_downs_to_look_at(who()))),
        "inbox.cooling_off": (2, lambda: list(inbox.cooling_off(who()))),
        "inbox.coming_about": (2, lambda: list(inbox.coming_about(who()))),
        "inbox.mine": (1, lambda: inbox.mine(volunteer)),
        "inbox.verdicts": (1, lambda: inbox.verdicts(own)),
        "inbox.being_looked_at": (1, lambda: inbox.being_looked_at(own)),
        "measures.funnel": (1, measures.funnel),
        "measures.stands": (1, measures.stands),
        "history.of_record": (1, lambda: history.of_record(record.uid)),
        "history.of_submission": (1, lambda: history.of_submission(own[0])),
        "feed.changes": (1, lambda: feed.changes(0)),
        "likeness.hints": (
            4,
            lambda: likeness.hints(needs, {**needs.clean(builders.need_payload()), "organisation": ""}),
        ),
        "likeness.of_submissions": (6, lambda: likeness.of_submissions(own)),
    }


def test_queries_of_reading_functions_do_not_grow(fill, volunteer, reviewer):
    fill(1, 0)
    allowed = {name: most for name, (most, _act) in reading(volunteer, reviewer).items()}
    at_one = {name: counted(act) for name, (_most, act) in reading(volunteer, reviewer).items()}
    fill(2, 1)
    at_three = {name: counted(act) for name, (_most, act) in reading(volunteer, reviewer).items()}
    assert at_one == at_three
    assert {name: spent for name, spent in at_one.items() if spent > allowed[name]} == {}


# Pages that show, or look through, everything there is; and what stands of one record.
PAGES = [
    "/",
    "/needs/",
    "/needs/{record}/",
    "/needs/{twin}/history/",
    "/needs.json",
    "/lists/",
    "/search/?q=江城",
    "/status/",
    "/about/",
    "/about/rules/",
    "/review/rules/",
    "/api/v1/policy/",
    "/mine/",
    "/mine/imports/",
    "/mine/confirm/{record}/",
    "/mine/links/{record}/",
    "/owner/{link}/",
    "/review/",
    "/review/{waiting}/",
    "/review/direct/?q=江城",
    "/review/pairs/",
    "/review/merge/{record}/",
    "/me/",
    "/api/v1/",
    "/api/v1/needs/",
    "/api/v1/needs/{record}/history/",
    "/api/v1/search/?q=江城",
    "/api/v1/changes/?after=0",
]
# Asked so often that they cost next to nothing.
FEW = ("/needs/", "/needs/{record}/", "/api/v1/needs/", "/api/v1/search/?q=江城", "/search/?q=江城")


def test_queries_of_pages_do_not_grow(fill, volunteer, reviewer, other_reviewer, coordinator, client):
    """However much there is: records, histories, imports, links, entries that wait."""
    spent = []
    whose = {"/mine/": volunteer, "/mine/imports/": volunteer}
    whose |= {"/review/direct/?q=江城": coordinator, "/review/pairs/": coordinator}
    names = {"organisation_name": "江城双号医院"}
    twin = builders.published_need(volunteer, reviewer, **names)
    root = builders.published_need(volunteer, reviewer, organisation_name="江城根号医院")
    uniting.merge(twin.uid, into=root.uid, by=other_reviewer, fresh_factor=True, reason=Reason.SAME_RECORD)
    for number, first in ((1, 0), (2, 1)):
        fill(number, first)
        for n in range(first, first + number):
            secret, _link = owner_links.issue(root.uid, by=reviewer, fresh_factor=True)
            batch = sheet_files.judged(sheet_files.as_csv([sheet_files.row(备注=f"第{n}份")]), volunteer)
            assert batch.stage == "ready"
        waiting = inbox.waiting_for(people.standing(other_reviewer, now=timezone.now())).first()
        parts = {"record": root.uid, "twin": twin.uid, "waiting": waiting.uid, "link": secret}
        asked = {}
        for page in PAGES:
            sign_in(client, whose.get(page, other_reviewer))
            path = page.format(**parts)
            assert client.get(path).status_code == 200, page
            asked[page] = counted(lambda path=path: client.get(path).getvalue())
        spent.append(asked)
    assert spent[0] == spent[1]
    assert max(spent[0].values()) <= 20, spent[0]
    assert max(spent[0][page] for page in FEW) <= 5, spent[0]
