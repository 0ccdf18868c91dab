"""Changes put on top of what changed meanwhile."""

from verification.merging import three_way


def line(no, item, note=""):
    return {"no": no, "item": item, "note": note}


def merge(old, mine, new):
    return three_way(old, mine, new, names=["urgency", "remarks", "lines"])


def test_merging_takes_what_i_left_from_the_newer_version():
    old = {"urgency": "high", "remarks": "", "lines": []}
    mine = {"urgency": "critical", "remarks": "", "lines": []}
    new = {"urgency": "high", "remarks": "Gate 2", "lines": []}
    assert merge(old, mine, new) == {"urgency": "critical", "remarks": "Gate 2", "lines": []}


def test_merging_keeps_mine_where_both_changed():
    old = {"urgency": "high", "lines": []}
    assert (
        merge(old, {"urgency": "critical", "lines": []}, {"urgency": "normal", "lines": []})["urgency"]
        == "critical"
    )


def test_merging_lines_goes_by_their_numbers():
    old = {"lines": [line(1, "goggles"), line(2, "n95-mask")]}
    mine = {"lines": [line(1, "goggles", "urgent"), line(2, "n95-mask"), line(3, "face-shield")]}
    new = {"lines": [line(1, "goggles"), line(3, "surgical-mask")]}
    assert merge(old, mine, new)["lines"] == [
        line(1, "goggles", "urgent"),
        line(3, "surgical-mask"),
        line(4, "face-shield"),
    ]


def test_merging_a_line_that_changed_on_both_sides_merges_its_fields():
    old = {"lines": [line(1, "goggles", "")]}
    mine = {"lines": [line(1, "goggles", "urgent")]}
    new = {"lines": [line(1, "face-shield", "")]}
    assert merge(old, mine, new)["lines"] == [line(1, "face-shield", "urgent")]


def test_merging_leaves_fields_it_was_not_asked_about_alone():
    assert three_way({"p": "a"}, {"p": "a"}, {"p": "secret"}, names=["urgency"]) == {"p": "a"}
