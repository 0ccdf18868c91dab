"""The workbench: what it refuses, in which words, and how it goes on from there."""

import pytest
from playwright.sync_api import expect

from tests import builders
from tests.journeys import walking
from tests.journeys.walking import chinese
from verification import publishing
from verification.models import Lease, Submission
from verification.sop import Ground, Status

pytestmark = pytest.mark.browser


def test_without_a_link_the_reviewer_names_another_ground(visit, volunteer, reviewer):
    submission = builders.submit_need(volunteer, source_link="")
    desk = visit(reviewer)
    walking.take_next(desk)
    walking.verify(desk, Ground.OFFICIAL_NOTICE)
    expect(desk.locator("#step-verify .error")).to_have_text(
        chinese("There is no source link here: name another ground, such as a call-back by telephone.")
    )
    expect(desk.locator("#step-verify input[name=answers]").first).to_be_checked()
    submission.refresh_from_db()
    assert submission.status == Status.COLLECTED

    walking.verify(desk, Ground.OFFICIAL_NOTICE, Ground.CALL_BACK)
    submission.refresh_from_db()
    assert submission.status == Status.VERIFIED


def test_reviewers_decide_without_scripts(visit, volunteer, reviewer):
    submission = builders.submit_need(volunteer)
    desk = visit(reviewer, javascript=False)
    walking.take_next(desk)
    walking.verify(desk)
    desk.click("button[name=action][value=enter]")
    expect(desk.locator("#step-enter .error")).to_be_visible()
    walking.enter(desk)
    expect(desk.locator("main [role=status] a")).to_have_text(chinese("See the entry"))
    submission.refresh_from_db()
    assert submission.status == Status.ENTERED


def test_nobody_reviews_their_own(visit, reviewer):
    submission = builders.submit_need(reviewer)
    desk = visit(reviewer)
    desk.goto("/review/")
    expect(desk.locator("main")).to_contain_text(chinese("Nothing waits for you"))
    desk.goto(f"/review/{submission.uid}/")
    expect(desk.locator("[role=alert]").first).to_contain_text(chinese("This one is not for you"))
    assert desk.locator("button[name=action]").count() == 0
    assert not Lease.objects.exists()


def test_a_lease_says_who_is_checking(visit, volunteer, reviewer, other_reviewer):
    submission = builders.submit_need(volunteer)
    first, second = visit(reviewer), visit(other_reviewer)
    walking.take_next(first)
    expect(first.locator("#lease")).to_contain_text(chinese("Yours for"))
    second.goto("/review/")
    assert second.locator(".rows > li").count() == 0
    second.goto(f"/review/{submission.uid}/")
    expect(second.locator("#lease")).to_contain_text(chinese("%(who)s is checking this", who="reviewer-7"))
    assert second.locator("button[name=action]").count() == 0


def test_a_lease_that_was_taken_over_decides_nothing(visit, volunteer, reviewer, other_reviewer):
    submission = builders.submit_need(volunteer)
    desk = visit(reviewer)
    walking.take_next(desk)
    Lease.objects.all().delete()
    builders.claim(submission, other_reviewer)
    walking.verify(desk)
    expect(desk.locator("[role=alert]").first).to_contain_text("other_reviewer-7")
    submission.refresh_from_db()
    assert submission.status == Status.COLLECTED


def test_what_is_left_in_doubt_tells_the_next_reviewer_why(visit, volunteer, reviewer, other_reviewer):
    submission = builders.submit_need(volunteer)
    desk = visit(reviewer, width=1440)
    walking.take_next(desk)
    desk.keyboard.press("u")
    expect(desk.locator("#doubt-note")).to_be_focused()
    desk.fill("#doubt-note", "总机无人接听，已留言")
    desk.click("button[name=action][value=doubt]")
    desk.wait_for_url("**/review/")
    desk.click(".take-next button")
    expect(desk.locator("main [role=status]").last).to_contain_text(chinese("Nothing waits for you now."))

    colleague = visit(other_reviewer, width=1440)
    walking.take_next(colleague)
    expect(colleague.locator("#pane-source")).to_contain_text("总机无人接听，已留言")
    submission.refresh_from_db()
    assert submission.status == Status.COLLECTED


def test_an_outdated_correction_is_brought_up_to_date(visit, volunteer, stranger, reviewer, other_reviewer):
    record = builders.published_need(volunteer, reviewer)
    older = builders.submit_need(volunteer, record=record.uid, remarks="可送至西门")
    newer = builders.submit_need(stranger, record=record.uid, remarks="可送至南门")
    builders.publish(builders.approve(newer, other_reviewer))
    desk = visit(reviewer, width=1440)
    walking.take_next(desk)
    walking.verify(desk)
    alert = desk.locator("[role=alert]").first
    expect(alert).to_contain_text("可送至南门")
    desk.click("button[value=rebase]")
    desk.wait_for_load_state()
    expect(desk.locator("#pane-source")).to_contain_text("可送至西门")
    walking.verify(desk)
    walking.enter(desk)
    publishing.publish_due()
    older.refresh_from_db()
    assert (older.status, older.base_version, older.authors) == (Status.PUBLISHED, 2, [volunteer.pk])


def test_two_new_ones_of_one_institution_are_told_apart(visit, volunteer, stranger, reviewer):
    builders.published_need(stranger, reviewer)
    submission = builders.submit_need(volunteer)
    desk = visit(reviewer)
    walking.take_next(desk)
    walking.verify(desk)
    walking.enter(desk)
    expect(desk.locator("[role=alert]").first).to_contain_text("江城第三医院")
    desk.click("a[href='#duplicates']")
    desk.click("button[value=distinct]")
    desk.wait_for_load_state()
    walking.enter(desk)
    submission.refresh_from_db()
    assert submission.status == Status.ENTERED


def test_keys_open_what_they_stand_for(visit, volunteer, reviewer):
    builders.submit_need(volunteer)
    builders.submit_need(volunteer, organisation_name="江城第四医院")
    desk = visit(reviewer, width=1440)
    walking.take_next(desk)
    for key, opened in (("r", "return"), ("x", "reject"), ("u", "doubt"), ("v", "verify")):
        desk.keyboard.press(key)
        expect(desk.locator(f"#step-{opened}")).to_have_attribute("open", "")
        expect(desk.locator("details.decision[open]")).to_have_count(1)
        desk.evaluate("document.activeElement.blur()")
    desk.keyboard.press("?")
    expect(desk.locator("#keys")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.locator("#keys")).to_be_hidden()
    (other,) = {"江城第三医院", "江城第四医院"} - {desk.locator("h1").inner_text()}
    desk.keyboard.press("n")
    expect(desk.locator("h1")).to_have_text(other)
    assert Submission.objects.filter(status=Status.COLLECTED).count() == 2
