"""The catalogue in force is the tables': edited by coordinators, shown everywhere, kept with who edited it."""

import time
import urllib.request
from datetime import date

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from supplies import catalogue
from supplies.models import Item, Standard
from tests import builders, people
from tests.signing_in import sign_in
from verification import counting, journal, kinds, remembered
from verification.journal import acting
from verification.people import make_coordinator


@pytest.fixture
def desk(client, database):
    """The admin as a coordinator uses it."""
    user = people.make_person("desk")
    make_coordinator(user=user, by=people.registrar())
    people.give_factor(user)
    sign_in(client, user)
    return client


def form_of(item, **changes):
    """What the admin's form sends for an item."""
    return {
        "name_zh": item.name_zh,
        "name_en": item.name_en,
        "group": item.group,
        "unit": item.unit,
        "header": item.header,
        "synonyms": "\r\n".join(item.synonyms),
        "hints": "\r\n".join(item.hints),
        "position": item.position,
    } | changes


def edit(desk, code, **changes):
    return desk.post(f"/admin/supplies/item/{code}/change/", form_of(Item.objects.get(pk=code), **changes))


def test_tables_hold_what_is_shipped(db):
    shipped = catalogue.items(), catalogue.standards()
    catalogue.IN_FORCE.forget()
    assert [vars(i) | {"_state": 0} for i in catalogue.items()] == [
        vars(i) | {"_state": 0} for i in shipped[0]
    ]
    assert {s.code for s in catalogue.standards()} == {s.code for s in shipped[1]}
    assert catalogue.items()[0] is not shipped[0][0]


def test_edit_shows_at_once_and_names_its_editor(desk, volunteer, reviewer):
    builders.published_need(volunteer, reviewer)
    before = desk.get("/en/needs/")
    assert "Goggles" in before.content.decode()
    assert (
        edit(
            desk, "n95-mask", name_en="Respirator (N95)", synonyms="N95\r\n口罩王 \r\n\r\n口罩王"
        ).status_code
        == 302
    )
    after = desk.get("/en/needs/", headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert "Respirator (N95)" in after.content.decode()
    assert catalogue.match_item("口罩王", catalogue.items()).item.code == "n95-mask"
    with override("en"):
        assert catalogue.label("n95-mask") == "Respirator (N95)"
    row = Item.history.filter(code="n95-mask").latest()
    assert (row.history_user.pseudonym, row.history_type) == ("desk-7", "~")
    assert row.name_en == "Respirator (N95)"
    assert "desk-7" in desk.get("/admin/supplies/item/n95-mask/history/").content.decode()


def test_edit_that_changes_nothing_raises_no_version(desk):
    before = counting.list_version("catalogue"), counting.list_version("needs")
    edit(desk, "goggles")
    assert (counting.list_version("catalogue"), counting.list_version("needs")) == before
    edit(desk, "goggles", name_zh="防护眼镜镜")
    assert (counting.list_version("catalogue"), counting.list_version("needs")) == tuple(
        n + 1 for n in before
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"synonyms": "N95"}, "synonyms"),  # a mask's
        ({"synonyms": "Ｎ 95 口罩"}, "synonyms"),  # as it is compared: width and spaces aside
        ({"name_zh": "防护服"}, "name_zh"),
        ({"synonyms": "长" * 41}, "synonyms"),
        ({"position": 1}, "position"),
        ({"unit": "dozens"}, "unit"),
    ],
)
def test_names_of_other_items_are_refused(changes, field, desk):
    answer = edit(desk, "goggles", **changes)
    assert answer.status_code == 200
    assert set(answer.context["adminform"].form.errors) == {field}
    assert Item.objects.get(pk="goggles").name_zh == "护目镜"


def test_new_item_is_asked_for_and_found(desk, volunteer):
    assert desk.get("/admin/supplies/item/add/").context["adminform"].form.initial["position"] == 24
    sent = form_of(
        Item(
            code="oxygen",
            name_zh="制氧机",
            name_en="Oxygen concentrator",
            group="equipment",
            unit="device",
            header="制氧机",
            synonyms=["氧气机"],
            position=24,
        ),
        code="oxygen",
    )
    assert desk.post("/admin/supplies/item/add/", sent).status_code == 302
    submission = builders.submit_need(volunteer, lines=[builders.line("氧气机", "3台")])
    assert submission.payload["lines"][0]["item"] == "oxygen"
    assert Item.history.filter(code="oxygen").get().history_type == "+"


def test_standards_are_edited_and_told(desk):
    page = desk.post(
        "/admin/supplies/standard/add/",
        {"code": "gb19082－2031", "item": "protective-suit", "replaced_by": ""},
    )
    assert page.status_code == 302
    change = {"item": "protective-suit", "replaced_by": "GB 19082-2031", "replaced_on": "2031-05-01"}
    assert desk.post("/admin/supplies/standard/GB%2019082-2023/change/", change).status_code == 302
    notice = catalogue.standard_notice(
        "protective-suit", "GB 19082-2023", catalogue.standards(), on=date(2031, 6, 1)
    )
    assert notice.replaced_by == "GB 19082-2031"
    wrong = desk.post(
        "/admin/supplies/standard/GB%2019082-2009/change/", change | {"replaced_by": "GB 1-2040"}
    )
    assert "replaced_by" in wrong.context["adminform"].form.errors
    assert Standard.history.filter(code="GB 19082-2023").latest().history_user.pseudonym == "desk-7"


def test_nobody_deletes_and_nobody_else_edits(desk, stranger, coordinator, client):
    assert desk.get("/admin/supplies/item/goggles/delete/").status_code == 403
    sign_in(client, stranger)
    assert edit(client, "goggles", name_zh="别的").status_code == 302  # to the door
    assert Item.objects.get(pk="goggles").name_zh == "护目镜"
    with pytest.raises(Exception, match="named actor"), connection.cursor() as cursor:
        cursor.execute("UPDATE supplies_item SET name_zh = 'x'")


def _versions_asked(queries):
    return sum("FROM verification_listversion WHERE kind" in query["sql"] for query in queries)


def test_pages_ask_at_most_once_for_the_version(volunteer, reviewer, client, monkeypatch):
    builders.published_need(volunteer, reviewer)
    client.get("/needs/")
    with CaptureQueriesContext(connection) as remembered_still:
        client.get("/needs/")
    monkeypatch.setattr(remembered, "CHECK_EVERY", 3600.0)
    catalogue.IN_FORCE._good_until = 0.0
    with CaptureQueriesContext(connection) as due:
        client.get("/needs/")
    assert _versions_asked(due) == _versions_asked(remembered_still) + 1
    catalogue.IN_FORCE._good_until = 0.0
    with CaptureQueriesContext(connection) as later:
        client.get("/needs/")
    # The version; the tables are not read again.
    assert len(later) == len(remembered_still) + 1


def test_without_a_database_the_last_catalogue_stays(db, monkeypatch):
    catalogue.IN_FORCE.forget()
    assert catalogue.find("goggles")

    def away(name):
        raise OperationalError("gone")

    monkeypatch.setattr(counting, "list_version", away)
    catalogue.IN_FORCE._good_until = 0.0
    assert catalogue.find("goggles")


def test_other_processes_see_an_edit_within_a_second(server, volunteer, reviewer):
    builders.published_need(volunteer, reviewer)
    journal.sequence()

    def page():
        with urllib.request.urlopen(f"{server}/en/needs/") as answer:
            return answer.read().decode()

    assert "N95 or medical protective mask" in page()
    with acting(by=people.registrar(), reason="test"):
        Item.objects.filter(pk="n95-mask").update(name_en="Respirator (N95)")
        catalogue.IN_FORCE.changed()
    time.sleep(1.1)
    pages = [page() for _ in range(8)]  # several processes answer
    assert all("Respirator (N95)" in text for text in pages)
    assert {spec.slug for spec in kinds.every()} <= set(counting.standings())
