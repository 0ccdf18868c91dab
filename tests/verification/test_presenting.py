"""Differences in words: nothing of a body reaches a page as a code."""

import pytest
from django.utils import translation

from verification import kinds, presenting
from verification.history import Change

CHANGES = [
    Change("origin", "organisation", "volunteer"),
    Change(
        "organisation",
        {"name": "荆州市样例医院", "proven": False},
        {"name": "荆州市样例医院", "proven": True},
    ),
    Change("urgency", "high", "critical"),
    Change("source_dated", "2020-02-03", "2020-02-05"),
]


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "zh-hans",
            [
                ("提交来源", "机构自己", "志愿者"),
                ("机构名称", "荆州市样例医院", "荆州市样例医院（已认证）"),
                ("紧急程度", "紧急：一周内用完", "告急：两天内用完"),
                ("来源日期", "2020年2月3日", "2020年2月5日"),
            ],
        ),
        (
            "en",
            [
                ("origin", "the organisation itself", "a volunteer"),
                ("institution", "荆州市样例医院", "荆州市样例医院 (proven)"),
                ("urgency", "high: runs out within a week", "critical: runs out within two days"),
                ("date of the source", "3 Feb 2020", "5 Feb 2020"),
            ],
        ),
    ],
)
def test_changes_are_told_in_words_of_the_language(language: str, told: list[tuple[str, str, str]]) -> None:
    with translation.override(language):
        rows, format_only = presenting.changes(kinds.get("needs"), CHANGES)
    assert [(row["label"], row["old"], row["new"]) for row in rows] == told
    assert not format_only
