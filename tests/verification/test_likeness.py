"""What may be the same: found by digests, compared as names, told with every reason; nothing private to the public."""

import json
from collections import Counter
from itertools import combinations

import pytest
from django.urls import reverse

from tests import builders
from tests.people import registrar
from tests.shared_data import rows_of
from tests.signing_in import sign_in
from verification import duplicates, kinds, likeness, listing, names, organisations, rehearsing, workflow
from verification.models import Public, Submission
from verification.sop import Action, Reason, Status

# A need of nobody's in particular: no telephone, no address.
BARE = {"delivery_address": "", "office_line": "", "contact_phone": ""}


def hints(**changes):
    needs = kinds.get("needs")
    payload = needs.clean(builders.need_payload(**BARE | changes))
    return likeness.hints(needs, {**payload, "organisation": changes.get("organisation", "")})


def offered(submission):
    return likeness.of_submissions([submission])[submission.pk]


def reasons_of(submission):
    return {c.title: c.reasons for c in offered(submission)}


def published(volunteer, reviewer, **changes):
    return builders.published_need(volunteer, reviewer, **BARE | changes)


def sent(by, **changes):
    return builders.submit_need(by, **BARE | changes)


def test_candidates_are_the_same_institution_in_the_same_place(volunteer, reviewer):
    record = published(volunteer, reviewer)
    (found,) = hints(organisation_name="江城 第三医院")
    assert (found.uid, found.reasons) == (record.uid, (likeness.SAME_IDENTITY,))
    assert hints(place="420102") == []
    assert hints(organisation_name="江城第八医院") == []


@pytest.mark.parametrize(("place", "count"), [("420100", 1), ("420000", 1), ("420200", 0), ("420102", 0)])
def test_candidates_of_one_name_lie_in_the_same_place_or_the_one_in_the_other(
    volunteer, reviewer, place, count
):
    published(volunteer, reviewer, organisation_name="江城县妇保院")
    found = hints(organisation_name="江城县妇幼保健院", place=place)
    assert [c.reasons for c in found] == [(likeness.LIKE_NAME,)] * count


def test_candidates_by_another_name_in_the_register(volunteer, reviewer):
    record = published(volunteer, reviewer, organisation_name="大学附属协和医院")
    organisations.add_organisation(
        name="大学附属协和医院",
        aliases=("江城协和医院",),
        kind="hospital",
        place="420106",
        by=registrar(),
    )
    (found,) = hints(organisation_name="江城协和医院")
    assert (found.uid, found.reasons) == (record.uid, (likeness.OTHER_NAME,))
    assert hints(organisation_name="江城协和医院", place="420200") == []


def test_candidates_of_the_same_organisation_under_any_name(clerk, hospital, reviewer):
    record = published(clerk, reviewer, organisation_name=hospital.name)
    (found,) = hints(organisation_name="九院", organisation=str(hospital.uid))
    assert found.uid == record.uid
    assert found.reasons == (likeness.SAME_IDENTITY,)


def test_candidates_with_most_reasons_come_first(volunteer, other_reviewer, reviewer):
    address, phone = {"delivery_address": "江城区长堤路1号"}, {"office_line": "027-85550100"}
    published(volunteer, reviewer, organisation_name="长堤宾馆", **address)
    published(volunteer, reviewer, organisation_name="江城四院", **address, **phone)
    submission = sent(volunteer, **address, **phone)
    assert list(reasons_of(submission).items()) == [
        ("江城四院", (likeness.SAME_TRAIT["phone"], likeness.SAME_TRAIT["address"])),
        ("长堤宾馆", (likeness.SAME_TRAIT["address"],)),
    ]


def test_candidates_are_live_records_only(volunteer, reviewer):
    record = builders.published_need(volunteer, reviewer)
    builders.submit_need(volunteer, organisation_name="江城第四医院")
    builders.taken_down(reviewer, record)
    same = {n: builders.need_payload()[n] for n in BARE}
    assert hints(**same) == []
    assert hints(organisation_name="江城第四医院", **same) == []
    assert Public.objects.get(pk=record.uid).tokens == []


def test_candidates_of_what_waits_too_say_so_to_reviewers(volunteer, stranger, reviewer):
    first, second = sent(volunteer), sent(stranger)
    closed = sent(volunteer)
    workflow.advance([closed.pk], Action.WITHDRAW, by=volunteer, reason=Reason.NO_LONGER_TRUE)
    (found,) = offered(second)
    assert (found.uid, found.waiting) == (first.record, first)
    builders.approve(first, reviewer)
    assert [c.waiting for c in offered(second)] == [first]  # entered, and not yet public
    record = builders.publish(first)
    assert [(c.uid, c.waiting) for c in offered(second)] == [(record.uid, None)]


def test_a_directory_number_proposes_nobody_by_itself(volunteer, reviewer):
    line = {"office_line": "027-85550100"}
    for n in range(likeness.SHARED + 1):
        sent(volunteer, organisation_name=f"江城{'甲乙丙丁戊己庚辛壬癸'[n]}镇卫生院", **line)
    asked = sent(volunteer, organisation_name="江城癸镇医院", **line)
    assert offered(asked) == []
    alike = sent(volunteer, organisation_name="江城甲镇卫生院", **line)
    assert reasons_of(alike) == {"江城甲镇卫生院": (likeness.SAME_IDENTITY, likeness.SAME_TRAIT["phone"])}


def test_what_has_no_name_is_not_alike_by_its_place(volunteer):
    lodging = kinds.get("traveller-lodging")
    row = {"as_written": {"酒店": ""}, "organisation_name": "", "place": "420106", "address": ""}
    for number in ("027-85550100", "027-85550101"):
        sent = workflow.submit(kind=lodging.slug, data={**row, "office_line": number}, by=volunteer)
    assert offered(sent) == []


def test_never_more_than_a_few_are_offered(volunteer):
    for _ in range(likeness.SHOWN + 2):
        last = sent(volunteer)
    assert len(offered(last)) == likeness.SHOWN


def test_a_pair_said_to_be_two_is_not_offered_again_from_either_side(volunteer, stranger, reviewer):
    first, second = sent(volunteer), sent(stranger)
    fence = rehearsing.take([second.pk], by=reviewer)
    workflow.say_distinct(second.pk, other=first.record, by=reviewer, fence=fence)
    assert offered(second) == []
    assert offered(first) == []


def test_the_digests_follow_the_content(volunteer, reviewer):
    submission = sent(volunteer)
    before = submission.likeness
    data = builders.need_payload(**BARE, organisation_name="江城第五医院")
    (edited,) = workflow.advance([submission.pk], Action.EDIT, by=volunteer, data=data)
    assert edited.likeness != before
    assert set(edited.likeness) <= set(builders.publish(builders.approve(edited, reviewer)).tokens)


# What must not come out.

PRIVATE_NUMBER = "13800000000"


def test_a_private_telephone_is_compared_for_reviewers_only(volunteer, stranger, reviewer):
    record = published(volunteer, reviewer, organisation_name="江城第八医院", contact_phone=PRIVATE_NUMBER)
    assert hints(contact_phone=PRIVATE_NUMBER) == []
    assert hints(office_line="", remarks="见面谈", contact_phone=f"027-85550100、{PRIVATE_NUMBER}") == []
    (found,) = offered(sent(stranger, contact_phone=PRIVATE_NUMBER))
    assert (found.uid, found.reasons) == (record.uid, (likeness.SAME_PRIVATE["phone"],))


def test_a_public_telephone_is_compared_for_everybody(volunteer, stranger, reviewer):
    line = {"office_line": "027-85550100"}
    published(volunteer, reviewer, organisation_name="江城第八医院", **line)
    assert [c.reasons for c in hints(**line)] == [(likeness.SAME_TRAIT["phone"],)]
    # What somebody types in private is theirs; that it stands in public elsewhere is no secret.
    assert [c.reasons for c in hints(contact_phone="027-85550100")] == [(likeness.SAME_TRAIT["phone"],)]


def test_digests_tell_nothing_and_no_address_asks_for_them(volunteer, reviewer, client, settings):
    record = builders.published_need(volunteer, reviewer)
    submission = builders.submit_need(volunteer)
    digests = [t for t in record.tokens if t.startswith(duplicates.MARK)]
    assert digests
    assert sorted(digests) == submission.likeness
    for n in digests:
        assert not any(part in n for part in ("138", "8555", "江", "长堤"))
    settings.SECRET_KEY = "another"  # somebody who knows the number, and not the key
    needs = kinds.get("needs")
    assert not set(digests) & set(duplicates.likeness_of(needs, submission.payload, None))
    for query in (
        {"q": digests[0]},
        {"q": f"江城 {digests[0]}"},
        {"place": digests[0]},
        {"item": digests[0]},
    ):
        view = listing.Listing.parse("needs", query)
        assert not any(token.startswith(duplicates.MARK) for token in view.tokens), query
    assert str(record.uid) in {row.uid for row in listing.Listing.parse("needs", {"q": "江城"}).page().rows}
    for page in ("/needs/", f"/needs/{record.uid}/", f"/api/v1/needs/{record.uid}/", "/needs.csv"):
        shown = client.get(page)
        assert shown.status_code == 200, page
        body = b"".join(shown.streaming_content) if shown.streaming else shown.content
        assert not any(d.encode() in body for d in digests), page


def test_public_traits_are_those_of_public_fields():
    """Whatever a list gives as traits: without its private fields only those of public ones are left."""
    for spec in kinds.every():
        payload = spec.clean(spec.example)
        whole = set(duplicates.traits_of(spec.facets(payload)))
        public = set(duplicates.traits_of(spec.facets(spec.as_it_is(payload))))
        assert public <= whole, spec.slug
        shown = json.dumps(spec.public(payload), ensure_ascii=False)
        for name, value in public:
            assert name != "phone" or value.rpartition("-")[2] in shown.replace("-", ""), spec.slug


# What an index finds is what names compare.


def test_like_names_share_a_block():
    given = sorted({row["医院名称"] for row in rows_of("hospital") if row.get("医院名称")})
    given += ["湖北诚信医疗器械有限公司", "湖北省诚信医疗器械有限公司", "武汉德邦快递", "武汉德邦快递公司"]
    blocks = {name: set(names.blocks(name)) for name in given}
    alike = [p for p in combinations(given, 2) if names.similarity(*p) >= likeness.LIKE_ENOUGH]
    assert len(alike) > 15
    assert [pair for pair in alike if not blocks[pair[0]] & blocks[pair[1]]] == []
    most = Counter(block for found in blocks.values() for block in found).most_common(1)[0][1]
    assert most < len(given) / 5


# What reviewers and submitters see.


def test_review_page_shows_candidates_beside_the_entry(client, volunteer, stranger, reviewer):
    record = published(volunteer, reviewer, organisation_name="江城第八医院", contact_phone=PRIVATE_NUMBER)
    waiting = sent(volunteer, office_line="027-85550100")
    asked = sent(stranger, contact_phone=PRIVATE_NUMBER)
    sign_in(client, reviewer)
    page = client.get(f"/review/{asked.uid}/")
    by_title = {c["title"]: c for c in page.context["candidates"]}
    assert by_title["江城第八医院"]["url"] == reverse("record", kwargs={"kind": "needs", "uid": record.uid})
    assert by_title["江城第三医院"]["url"] == reverse("review", kwargs={"uid": waiting.uid})
    assert by_title["江城第三医院"]["waiting"]["earlier"] is True
    sides = {str(side["label"]): side for side in by_title["江城第三医院"]["sides"]}
    assert [(s["here"], s["there"]) for s in sides.values()] == [("", "027-85550100")]


def test_one_tap_says_another_one_or_the_same(client, volunteer, stranger, reviewer):
    first, second = sent(volunteer), sent(stranger)
    builders.claim(second, reviewer)
    sign_in(client, reviewer)
    fence = client.get(f"/review/{second.uid}/").context["lease"]["fence"]
    tapped = {"fence": fence, "candidate": first.record}
    assert client.post(f"/review/{second.uid}/", {**tapped, "action": "distinct"}).status_code == 302
    assert client.get(f"/review/{second.uid}/").context["candidates"] == []
    third = sent(stranger)
    builders.claim(third, reviewer)
    fence = client.get(f"/review/{third.uid}/").context["lease"]["fence"]
    tapped = {"fence": fence, "candidate": first.record, "action": "duplicate"}
    assert client.post(f"/review/{third.uid}/", tapped).status_code == 302
    assert Submission.objects.get(pk=third.pk).status == Status.DUPLICATE


def test_form_offers_to_correct_what_stands_already(client, volunteer, stranger, reviewer):
    record = published(volunteer, reviewer, contact_phone=PRIVATE_NUMBER)
    published(volunteer, reviewer, organisation_name="江城第八医院", contact_phone=PRIVATE_NUMBER)
    sent(volunteer, organisation_name="江城 第三 医院")
    sign_in(client, stranger)
    typed = {n: v for n, v in builders.need_payload(contact_phone=PRIVATE_NUMBER).items() if n != "lines"}
    typed |= {"lines-0-item": "n95-mask", "lines-0-amount": "5", "step": "check"}
    page = client.post(reverse("submit", kwargs={"kind": "needs"}), typed)
    assert [c["uid"] for c in page.context["candidates"]] == [record.uid]
    assert f"?record={record.uid}" in page.content.decode()
