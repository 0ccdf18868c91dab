"""What is wanted most: sums of known amounts, and nothing unknown in any of them."""

import pytest
from django.utils.translation import override

from supplies import wanted
from supplies.views import home
from tests import builders
from tests.builders import line
from verification import counting
from verification.sop import Reason


def needed(item="n95-mask", kind="exact", low=None, unit="piece", pack_size=None):
    """A line as a body holds it."""
    high = low if kind == "exact" else None
    return {
        "item": item,
        "amount": {"kind": kind, "low": low, "high": high, "text": ""},
        "unit": unit,
        "pack_size": pack_size,
    }


@pytest.mark.parametrize(
    ("lines", "sums"),
    [
        ([needed(low=500)], {"wanted:n95-mask:piece": 500}),
        ([needed(low=0)], {"wanted:n95-mask:piece": 0}),
        # Unknown, and "as many as possible", are neither 0 nor 1.
        ([needed(kind="unknown")], {"unsaid:n95-mask": 1}),
        ([needed(kind="as_many")], {"unsaid:n95-mask": 1}),
        ([needed(kind="at_least", low=300)], {"wanted:n95-mask:piece": 300, "atleast:n95-mask": 1}),
        # Two lines of one item: what is known counts, and the sum says that there is more.
        (
            [needed(low=500), needed(kind="unknown")],
            {"wanted:n95-mask:piece": 500, "atleast:n95-mask": 1},
        ),
        # Packs count by what is in them, where that is known; boxes of unknown content stay boxes.
        ([needed(low=4, unit="carton", pack_size=250)], {"wanted:n95-mask:packed": 1000}),
        ([needed(low=4, unit="carton")], {"wanted:n95-mask:carton": 4}),
        ([needed(low=4, unit="piece", pack_size=250)], {"wanted:n95-mask:piece": 4}),
        # A slip of the pen spoils no sum.
        ([needed(low=10**12, unit="carton", pack_size=10**12)], {"unsaid:n95-mask": 1}),
        ([], {}),
    ],
)
def test_sums_of_a_need(lines, sums):
    assert wanted.sums({"lines": lines}) == sums


def test_most_wanted_ranks_by_records_and_adds_what_can_be_added():
    counts = {
        "item:n95-mask": 3,
        "item:protective-suit": 5,
        "item:goggles": 1,
        "item:latex-gloves": 2,
        "wanted:n95-mask:piece": 500,
        "wanted:n95-mask:packed": 1000,
        "wanted:n95-mask:": 20,
        "wanted:n95-mask:box": 7,
        "wanted:protective-suit:piece": 30,
        "wanted:protective-suit:set": 12,
        "wanted:protective-suit:dozen": 2,
        "wanted:latex-gloves:pair": 100,
        "wanted:latex-gloves:packed": 5000,
        "unsaid:n95-mask": 1,
        "atleast:protective-suit": 1,
    }
    suits, masks, gloves = wanted.most_wanted(counts, most=3)
    assert (suits.code, suits.records, suits.amounts) == ("protective-suit", 5, (("set", 30 + 12 + 24),))
    assert (suits.at_least, suits.unknown) == (True, 0)
    assert masks.amounts == (("piece", 1520), ("box", 7))
    assert (masks.at_least, masks.unknown) == (False, 1)
    # 5,000 gloves out of cartons are no 5,000 pairs.
    assert gloves.amounts == (("pair", 100), ("piece", 5000))


def test_sums_follow_publication_correction_and_take_down(volunteer, reviewer, client):
    first = builders.published_need(volunteer, reviewer, lines=[line(amount="5000个")])
    second = builders.published_need(
        volunteer, reviewer, organisation_name="江城第四医院", lines=[line(amount="若干")]
    )
    third = builders.published_need(
        volunteer,
        reviewer,
        organisation_name="江城第五医院",
        lines=[line(amount="200个"), line("goggles", "1个")],
    )

    def standing():
        return {
            name: value
            for name, value in counting.counts("needs").items()
            if name.startswith(("wanted:", "unsaid:", "item:"))
        }

    assert standing() == {
        "item:n95-mask": 3,
        "wanted:n95-mask:piece": 5200,
        "unsaid:n95-mask": 1,
        "item:goggles": 1,
        "wanted:goggles:piece": 1,
    }
    with override("en"):
        (masks, _goggles) = (
            home._in_words(one) for one in wanted.most_wanted(counting.counts("needs"), most=5)
        )
    assert (masks["amount"], masks["records"], masks["unknown"]) == ("5,200 pieces", 3, 1)
    page = client.get("/en/").content.decode()
    assert "5,200 pieces" in page
    assert "1 of them gave no amount" in page
    builders.published_need(volunteer, reviewer, record=first.uid, lines=[line(amount="3000个")])
    assert standing()["wanted:n95-mask:piece"] == 3200
    for record in (first, third):
        builders.taken_down(reviewer, record, reason=Reason.NEED_MET)
    assert standing() == {"item:n95-mask": 1, "unsaid:n95-mask": 1}
    builders.taken_down(reviewer, second)
    assert standing() == {}
