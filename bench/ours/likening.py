"""What may be the same: proposals for a need somebody is about to send, and the bare lookup by identity."""

import re
from typing import Any

from bench.stopwatch import Stopwatch
from verification import duplicates, kinds, likeness
from verification.kinds import Kind, Payload
from verification.models import Public, Submission
from verification.sop import Status

_DIGITS = str.maketrans("一二三四五六七八九", "123456789")


def _asked(count: int) -> tuple[Kind, list[tuple[str, Payload]]]:
    spec = kinds.get("needs")
    # Of all over the list.
    published = Submission.objects.filter(status=Status.PUBLISHED, organisation=None)
    last = published.order_by("-pk").values_list("pk", flat=True)[0]
    rows = published.filter(pk__in=range(7, last, max(1, last // count)))[:count]
    return spec, [(str(s.record), _otherwise(s.payload, n)) for n, s in enumerate(rows)]


def _otherwise(payload: Payload, n: int) -> Payload:
    """The same need as somebody else would write it: another width or number, without the city before it."""
    name = payload["organisation_name"]
    ways = [
        lambda text: re.sub("第([一二三四五六七八九])", lambda m: "第" + m[1].translate(_DIGITS), text),
        lambda text: text.replace("人民医院", "医院") if text.endswith("人民医院") else text,
        lambda text: f"{text}（本部）" if n % 50 == 0 else f" {text} ",
        lambda text: re.sub("^(..)(?=[^区县市]{2,4}[区县市])", "", text),
        lambda text: f"湖北省{text}" if text.startswith("武汉") else text,
    ]
    other = {"contact_phone": "", "office_line": "", "delivery_address": "", "organisation": None}
    return payload | other | {"organisation_name": ways[n % len(ways)](name)}


def candidates(count: int) -> dict[str, Any]:
    """Look for what may be the same as each of so many; how often the same was found."""
    spec, asked = _asked(count)
    with Stopwatch() as watch:
        found = [{str(c.uid) for c in likeness.hints(spec, payload)} for _uid, payload in asked]
    hits = sum(uid in uids for (uid, _payload), uids in zip(asked, found, strict=True))
    return watch.done(len(asked), recall=hits / len(asked))


def exact(count: int) -> dict[str, Any]:
    """The lookup of one row by its identity, which finds nothing that is written otherwise."""
    spec, asked = _asked(count)
    with Stopwatch() as watch:
        found = []
        for _uid, payload in asked:
            identity = duplicates.identity_of(spec, payload)
            same = Public.objects.live().filter(kind=spec.slug, identity=identity)
            found.append({str(uid) for uid in same.values_list("uid", flat=True)})
    hits = sum(uid in uids for (uid, _payload), uids in zip(asked, found, strict=True))
    return watch.done(len(asked), recall=hits / len(asked))


def names(count: int) -> dict[str, Any]:
    """The same questions for the peer."""
    asked = _asked(count)[1]
    return {"asked": [[uid, payload["organisation_name"], payload["place"]] for uid, payload in asked]}
