"""Invented needs: the n-th is always the same. Places are real, everything else is drawn from syllables."""

import random
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from bench.seed.words import RARE
from supplies import catalogue, places
from verification import kinds
from verification.kinds import Payload

# No real hospital is meant; a name may be that of one by chance, as names of invented people may.
_FIRST = "安康宁泰和仁济明慧恩德瑞祥福寿春晖长青云岭江澜星辰沐阳嘉禾清源永昌文峰鹤鸣松柏广益博爱弘"
_SECOND = "民生华康济安宁和恒盛达兴隆泽润远志诚信同心圣嘉美善仁义礼智源泉林海山川平湖洋光"
_KINDS = [
    "医院",
    "人民医院",
    "中医医院",
    "中心医院",
    "妇幼保健院",
    "中心卫生院",
    "社区卫生服务中心",
    "中西医结合医院",
    "疾病预防控制中心",
    "儿童医院",
    "肿瘤医院",
    "人民医院",
]
_NUMBERS = "一二三四五六七八九"
RARE_NEEDS = 40
_AMOUNTS = [
    "5000个",
    "200-300套",
    "若干",
    "越多越好",
    "100盒",
    "2万只",
    "不少于500件",
    "30箱",
    "1500",
    "50桶",
]
_REMARKS = ["", "", "可送至东门", "请先电话联系", "夜间有人值班", "需要随货附合格证", "可自行到车站提取"]
_GROUNDS = ["call_back", "official_notice", "documents"]


@cache
def counties() -> tuple[list[str], list[str]]:
    """The codes of all counties, and those of Wuhan, where one need in ten is."""
    every = [place.code for place in places.children() for place in _below(place.code)]
    return every, [code for code in every if code.startswith("4201")]


def _below(code: str) -> list[places.Place]:
    found = []
    for place in places.children(code):
        found += [place] if place.level == "county" else _below(place.code)
    return found


@cache
def pool() -> dict[str, list[dict[str, Any]]]:
    """Lines by item as the list's own form cleans them; needs are put together from these."""
    rng, spec = random.Random(20), kinds.get("needs")
    found: dict[str, list[dict[str, Any]]] = {}
    for item in catalogue.items():
        lines = [
            {"item": item.code, "amount": amount, "stock": rng.randrange(500), "daily_use": rng.randrange(90)}
            for amount in rng.sample(_AMOUNTS, 6)
        ]
        found[item.code] = spec.clean({**spec.example, "lines": lines})["lines"]
    return found


@cache
def _skeleton() -> Payload:
    spec = kinds.get("needs")
    return spec.clean(spec.example)


def drawn(n: int) -> random.Random:
    """Chance, the same for the same number."""
    return random.Random(n)


def place_and_name(n: int, rare_every: int) -> tuple[str, str]:
    """Where the n-th is and what it is called."""
    rng = drawn(n)
    every, wuhan = counties()
    code = rng.choice(wuhan if rng.random() < 0.1 else every)
    county = places.get(code)
    brand = RARE if n % rare_every == 7 else rng.choice(_FIRST) + rng.choice(_SECOND)
    number = f"第{rng.choice(_NUMBERS)}" if rng.random() < 0.3 else ""
    before = places.get(county.parent).short if rng.random() < 0.5 else ""
    return code, f"{before}{county.name}{brand}{number}{_KINDS[n % len(_KINDS)]}"


def payload(n: int, rare_every: int, organisation: str | None) -> Payload:
    """The n-th need, in the shape the list's form gives it."""
    code, name = place_and_name(n, rare_every)
    rng = drawn(-n - 1)
    items = rng.sample(sorted(pool()), 4)
    lines = [{**rng.choice(pool()[item]), "no": no} for no, item in enumerate(items, 1)]
    return _skeleton() | {
        "organisation": organisation,
        "organisation_name": name,
        "place": code,
        "lines": lines,
        "urgency": rng.choices(["critical", "high", "normal"], [1, 3, 6])[0],
        "delivery_address": f"{name}后勤楼{n % 900 + 1}室",
        "office_line": f"0{rng.randrange(310, 999)}-8{n % 10_000_000:07d}",
        "contact_person": "甄不存" if n % 3 == 0 else "",
        "contact_phone": f"1380000{n % 10_000:04d}" if n % 3 == 0 else "",
        "source_link": f"https://hospital.example/notice/{n}",
        "source_dated": "2020-02-03",
        "remarks": rng.choice(_REMARKS),
        "private_note": "",
        "as_written": {},
    }


def grounds(n: int) -> list[str]:
    """On what ground the n-th is believed."""
    return [_GROUNDS[n % len(_GROUNDS)]]


def verified_at(n: int, now: datetime) -> datetime:
    """When: most within the week, one in ten so long ago that it is out of date."""
    return now - timedelta(seconds=drawn(n ^ 0x5EED).random() * 7.7 * 86400)


def uid(n: int, salt: int) -> UUID:
    """A number nobody can guess the next one of, but always the same."""
    return UUID(int=random.Random(n * 8 + salt).getrandbits(128), version=4)
