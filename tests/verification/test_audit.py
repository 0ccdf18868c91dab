"""The audit: every privileged act is exactly one event with nothing private in it, and coordinators read them all."""

import csv
import io

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from tests import builders
from tests.people import give_factor, make_person
from tests.signing_in import sign_in
from verification import (
    acts,
    attempts,
    audit,
    journal,
    organisations,
    outbox,
    owner_links,
    people,
    publishing,
    uniting,
    workflow,
)
from verification.coordinating import Acting
from verification.models import Attempt, Event, Organisation, Outbox, ReasonWords, TakeDown, User
from verification.sop import PRIVILEGED, Action, Reason, is_privileged

PRIVATE = ("甄不存", "13800000000", "夜间请打值班电话", "私下", "@people.example")


@pytest.fixture
def auditor(database):
    """A coordinator as the rules make one, with a second factor."""
    user = make_person("auditor")
    people.make_coordinator(user=user, by=user)
    give_factor(user)
    return User.objects.get(pk=user.pk)


def signed_in(user, *, ago=0):
    client = Client()
    sign_in(client, user, ago=ago)
    return client


def park(submission):
    Attempt.objects.create(
        submission=submission,
        tries=8,
        last_error="ValueError",
        next_try=timezone.now(),
        parked_at=timezone.now(),
    )


def parked_mail():
    outbox.put([outbox.mail(to="a@people.example", subject="s", text="t", language="en")])
    Outbox.objects.update(parked_at=timezone.now())
    return Outbox.objects.get()


@pytest.fixture
def scene(volunteer, stranger, reviewer, other_reviewer, hospital, auditor):
    """What the acts below are done to."""
    record = builders.published_need(volunteer, reviewer)
    twin = builders.published_need(volunteer, reviewer, organisation_name="江城第四医院")
    third = builders.published_need(volunteer, reviewer, organisation_name="江城第五医院")
    rejected = builders.rejected_need(volunteer, reviewer, organisation_name="江城第六医院")
    stuck = builders.approve(builders.submit_need(volunteer, organisation_name="江城第七医院"), reviewer)
    park(stuck)
    return {
        "record": record.uid,
        "twin": twin.uid,
        "third": third.uid,
        "rejected": rejected,
        "stuck": stuck,
        "volunteer": volunteer,
        "reviewer": reviewer,
        "other": other_reviewer,
        "hospital": hospital,
        "auditor": auditor,
    }


def change(desk, model, row, **fields):
    """Send the admin's form of a row as it stands, but for these fields."""
    address = f"/admin/{model}/{row}/change/"
    form = desk.get(address).context["adminform"].form
    typed = {n: "" if v is None else v for n, v in form.initial.items() if n in form.fields}
    typed = {n: v.pk if hasattr(v, "pk") else v for n, v in typed.items() if v is not False}
    typed = {n: "\n".join(v) if isinstance(v, list) else v for n, v in typed.items()}
    inline = {
        f"aliases-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS")
    }
    answer = desk.post(address, typed | inline | fields)
    assert answer.status_code == 302, answer.context["errors"]


def taken_down(s):
    publishing.take_down(
        s["record"], by=s["reviewer"], reason=Reason.MISTAKE, note="私下：13800000000", fresh_factor=True
    )


def looked_at(s):
    taken_down(s)
    publishing.second_look(TakeDown.objects.get().pk, by=s["other"])


def merged(s):
    uniting.merge(
        s["twin"],
        into=s["record"],
        by=s["reviewer"],
        fresh_factor=True,
        reason=Reason.SAME_RECORD,
        note="私下说",
    )


def unmerged(s):
    merged(s)
    uniting.unmerge(s["twin"], by=s["other"], fresh_factor=True, reason=Reason.MISTAKE, note="私下说")


def issued(s):
    return owner_links.issue(s["record"], by=s["reviewer"], fresh_factor=True)


def revoked(s):
    owner_links.revoke(issued(s)[1].uid, by=s["reviewer"])


def reopened(s):
    row = s["rejected"]
    workflow.advance([row.pk], Action.REOPEN, by=s["other"], reason=Reason.NEW_FACTS, note="私下说")


def token_revoked(s):
    people.make_token(user=s["volunteer"], name="私下")
    people.revoke_token(s["volunteer"].api_tokens.get().pk, by=s["volunteer"])


def organisation_added(s):
    organisations.add_organisation(name="江城新医院", kind="hospital", by=s["auditor"])


def organisation_changed(s):
    desk = signed_in(s["auditor"])
    change(desk, "verification/organisation", s["hospital"].pk, place="420100")


def words_changed(s):
    row = ReasonWords.objects.get(code=Reason.UNCLEAR)
    change(signed_in(s["auditor"]), "verification/reasonwords", row.pk, words_zh="数量或单位写得不清楚")


def item_changed(s):
    change(signed_in(s["auditor"]), "supplies/item", "n95-mask", hints="口罩\n私下")


# Every privileged act of this part of the house: what it does, and the one sort of event it leaves besides those of
# the acts that had to come before it.
ACTS = {
    Action.TAKE_DOWN: taken_down,
    Action.SECOND_LOOK: looked_at,
    Action.MERGE: merged,
    Action.UNMERGE: unmerged,
    Action.ISSUE_LINK: issued,
    Action.REVOKE_LINK: revoked,
    Action.REOPEN: reopened,
    Action.TRY_AGAIN: lambda s: attempts.try_again([s["stuck"].pk], by=s["auditor"]),
    Action.MAKE_TOKEN: lambda s: people.make_token(user=s["volunteer"], name="私下"),
    Action.REVOKE_TOKEN: token_revoked,
    Action.ADD_ORGANISATION: organisation_added,
    Action.CHANGE_ORGANISATION: organisation_changed,
    Action.CHANGE_WORDS: words_changed,
    Action.EXPORT_AUDIT: lambda s: list(audit.export(audit.Asked(person=s["volunteer"].pk), by=s["auditor"])),
}
# Done by two people, or by allauth's pages: their own tests see to their events.
ELSEWHERE = frozenset(
    {
        *(Action.FOUND, Action.INVITE, Action.JOIN, Action.REMOVE_MEMBER, Action.CHECK_NAME),
        *(Action.CONFIRM_NAME, Action.READ_NAME, Action.SUSPEND, Action.REINSTATE, Action.RESET_FACTOR),
        *(Action.ADD_FACTOR, Action.REMOVE_FACTOR, Action.DEACTIVATE, Action.REACTIVATE),
        *(Action.MAKE_COORDINATOR, Action.UNMAKE_COORDINATOR, Action.ROTATE_KEYS, Action.PROPOSE_POLICY),
        *(Action.ADOPT_POLICY, Action.DECLINE_POLICY, Action.DIRECT),
    }
)


def test_every_sort_of_privileged_act_is_tried_here_or_known_to_be_elsewhere():
    assert {action for action in Action if is_privileged(action)} == set(ACTS) | ELSEWHERE
    assert not set(ACTS) & ELSEWHERE
    assert set(ACTS) | ELSEWHERE >= PRIVILEGED


@pytest.mark.parametrize("action", sorted(ACTS))
def test_privileged_act_is_one_event_without_anything_private(action, scene):
    before = Event.objects.order_by("pk").last().pk
    ACTS[action](scene)
    (event,) = [e for e in Event.objects.filter(pk__gt=before) if e.action == action]
    assert event in audit.acts(audit.Asked(action=action), limit=5)
    assert event.actor_id
    assert event.role
    (row,) = acts.in_words([event], audit.named([event]))
    (line,) = acts.csv_lines([event], audit.named([event]))
    said = f"{row} {line} {event.public_text} {event.answers}"
    assert not [word for word in PRIVATE if word in said]


def test_edits_of_the_catalogue_say_which_field_and_not_what(scene):
    item_changed(scene)
    (event,) = audit.acts(audit.Asked(action=Action.CHANGE_WORDS), limit=5)
    assert event.answers == {"table": "supplies.item", "row": "n95-mask", "fields": ["hints"]}
    with translation.override("en"):
        (row,) = acts.in_words([event], audit.named([event]))
    assert row["changed"] == "item · n95-mask · hints"


def test_an_edit_that_changes_nothing_is_no_act(scene):
    before = Event.objects.count()
    change(signed_in(scene["auditor"]), "verification/organisation", scene["hospital"].pk)
    assert Event.objects.count() == before


def test_every_table_that_may_be_edited_tells_of_its_edits():
    for model, desk in admin.site._registry.items():
        if model._meta.app_label in ("verification", "supplies"):
            told = isinstance(desk, Acting) and type(desk).save_related
            writes = type(desk).has_change_permission is admin.ModelAdmin.has_change_permission
            assert told or not writes, model


def test_nothing_but_what_is_parked_is_tried_again(volunteer, reviewer, auditor):
    waiting = builders.approve(builders.submit_need(volunteer), reviewer)
    attempts.note_failures({waiting.pk: "ValueError"})
    assert attempts.try_again([waiting.pk], by=auditor) == 0
    assert Attempt.objects.get().tries == 1
    mail = parked_mail()
    assert outbox.try_again([mail.pk], by=auditor) == 1
    (event,) = audit.acts(audit.Asked(action=Action.TRY_AGAIN), limit=5)
    assert (event.kind, event.answers) == ("", {"table": "verification.outbox"})


def test_page_shows_acts_in_both_languages_newest_first(scene):
    taken_down(scene)
    organisation_changed(scene)
    desk = signed_in(scene["auditor"])
    told = (("", "撤下", "机构：江城第九医院"), ("/en", "taken down", "Organisation: 江城第九医院"))
    for prefix, words, place in told:
        page = desk.get(f"{prefix}/audit/").content.decode()
        assert words in page
        assert place in page
        assert page.index("江城第九医院") < page.rindex(words), "newest first"
        assert "reviewer-7" in page
        assert not [word for word in PRIVATE if word in page]


def test_page_filters_by_person_action_and_time(scene):
    taken_down(scene)
    merged_by_nobody = signed_in(scene["auditor"])

    def shown(**query):
        return [act["action"] for act in merged_by_nobody.get("/audit/", query).context["acts"]]

    assert "take_down" in shown()
    assert shown(person="reviewer-7", action="take_down") == ["take_down"]
    assert shown(person=scene["reviewer"].email.upper(), action="take_down") == ["take_down"]
    assert shown(person="volunteer-7", action="take_down") == []
    assert shown(action="merge") == []
    today = timezone.localdate().isoformat()
    assert shown(since=today, until=today, action="take_down") == ["take_down"]
    assert shown(since="2031-01-01") == []
    assert shown(until="2020-01-01") == []
    page = merged_by_nobody.get("/en/audit/", {"person": "nobody-1", "since": "soon"})
    assert page.status_code == 200
    assert 'value="nobody-1"' in page.content.decode()
    assert (
        "Nobody is called that here" in merged_by_nobody.get("/en/audit/", {"person": "x"}).content.decode()
    )


def test_page_is_paged_by_key_and_asks_the_same_at_any_length(scene, monkeypatch):
    monkeypatch.setattr("verification.views.auditing.PAGE", 3)
    desk, counts = signed_in(scene["auditor"]), []
    for number in range(8):
        people.make_token(user=scene["volunteer"], name=str(number))
        with CaptureQueriesContext(connection) as asked:
            desk.get("/audit/")
        counts.append(len(asked))
    assert len(set(counts[2:])) == 1
    seen, address = [], "/audit/?action=make_token"
    while address:
        context = desk.get(address).context
        seen += [act["id"] for act in context["acts"]]
        address = context["next_url"]
    assert len(seen) == 8
    assert seen == sorted(seen, reverse=True)


def test_file_holds_what_was_asked_for_and_that_it_was_taken_is_an_act(scene, monkeypatch):
    monkeypatch.setattr(audit, "CHUNK", 2)
    for number in range(5):
        people.make_token(user=scene["volunteer"], name=f"={number}")
    Organisation.objects.filter(pk=scene["hospital"].pk)
    desk = signed_in(scene["auditor"])
    answer = desk.post("/en/audit/export/", {"person": "volunteer-7", "action": "make_token"})
    assert answer.headers["Content-Type"].startswith("text/csv")
    text = b"".join(answer.streaming_content).decode()
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [row["Code"] for row in rows] == ["make_token"] * 5
    assert rows[0]["Who"] == "volunteer-7"
    assert "+08:00" in rows[0]["Time"]
    (event,) = Event.objects.filter(action=Action.EXPORT_AUDIT)
    assert (event.actor, event.person) == (scene["auditor"], scene["volunteer"].pk)
    assert event.answers == {"action": "make_token"}
    assert desk.get("/audit/export/").status_code == 405


def test_reading_the_audit_is_no_act(scene):
    before = Event.objects.count()
    signed_in(scene["auditor"]).get("/audit/")
    assert Event.objects.count() == before


def test_audit_is_closed_to_everybody_but_coordinators_with_their_factor(
    scene, client, volunteer, reviewer, coordinator
):
    def statuses(reader):
        return [reader.get("/audit/").status_code, reader.post("/audit/export/").status_code]

    assert statuses(client) == [302, 302]
    for user in (volunteer, reviewer, coordinator):
        assert statuses(signed_in(user)) == [403, 403], user
    without = Client()
    without.force_login(scene["auditor"], backend="django.contrib.auth.backends.ModelBackend")
    for answer in (without.get("/audit/"), without.post("/audit/export/", {"action": "merge"})):
        assert answer.headers["Location"].startswith("/accounts/login/?next=/audit/")
    long_ago = signed_in(scene["auditor"], ago=3600)
    assert long_ago.get("/audit/").status_code == 200
    assert "/accounts/2fa/" in long_ago.post("/audit/export/").headers["Location"]
    assert not Event.objects.filter(action=Action.EXPORT_AUDIT).exists()


def test_who_was_a_coordinator_reads_nothing_any_more(scene):
    desk = signed_in(scene["auditor"])
    assert desk.get("/audit/").status_code == 200
    with journal.acting(by=scene["auditor"]):
        User.objects.filter(pk=scene["auditor"].pk).update(is_staff=False)
    assert desk.get("/audit/").status_code == 403


def test_everybody_reads_on_their_own_page_what_was_done_about_them(scene, monkeypatch):
    monkeypatch.setattr("verification.views.account.PAGE", 2)
    for number in range(3):
        people.make_token(user=scene["volunteer"], name=str(number))
    list(audit.export(audit.Asked(person=scene["volunteer"].pk), by=scene["auditor"]))
    mine = signed_in(scene["volunteer"])
    page = mine.get("/en/me/")
    assert [act["action"] for act in page.context["acts"]] == ["export_audit", "make_token"]
    assert "auditor-7" in page.content.decode()
    older = mine.get("/en/me/" + page.context["next_url"])
    assert [act["action"] for act in older.context["acts"]] == ["make_token", "make_token"]
    assert signed_in(scene["reviewer"]).get("/me/").context["acts"] == []


def test_audit_walks_its_index(scene):
    with CaptureQueriesContext(connection) as asked:
        audit.acts(audit.Asked(), limit=50)
    with connection.cursor() as cursor:
        # A few rows are sorted sooner than walked to.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        cursor.execute("EXPLAIN " + asked[-1]["sql"])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "event_privileged" in plan
    assert "Sort" not in plan
