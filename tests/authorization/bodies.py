"""What is sent to each route: plausible in every part, so that a refusal is by rule and never for want of something."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile

from supplies.models import Item
from tests import builders
from tests.authorization.roles import Visitor
from tests.authorization.things import MISSING, Things
from tests.people import PASSWORD
from tests.supplies import sheet_files
from verification import wordings
from verification.sop import CHECKLISTS, Action, Ground, Reason

NEW_PASSWORD = "ice-under-the-moon-88"


@dataclass(frozen=True)
class Asked:
    """Who asks for what: a body may depend on both."""

    visitor: Visitor
    things: Things
    whose: str


Body = Callable[[Asked], Mapping[str, Any]]


@dataclass(frozen=True)
class Act:
    """One thing that can be sent to a route: where the submission stands that it is about, and the body."""

    body: Body
    stands: str = "collected"
    query: str = ""
    # What has to be so before it can be asked for; it is no part of what is judged.
    before: Callable[[Asked], None] | None = None
    # Of whose it makes sense to ask it; of everybody's, where nothing is said.
    of: frozenset[str] = frozenset()


def plain(stands: str = "collected", query: str = "", **values: Any) -> Act:
    """The same for everybody."""
    return Act(lambda asked: values, stands, query)


# What visitors type is not what stands here already, so that a leak is not taken for an echo.
_TYPED = {"contact_person": "莫须有", "contact_phone": "13800000001", "private_note": "白天请打值班电话"}


def _typed(**changes: Any) -> dict[str, Any]:
    """A need as its form sends it."""
    typed = builders.need_payload(**_TYPED | changes)
    for number, line in enumerate(typed.pop("lines")):
        typed |= {f"lines-{number}-{name}": value for name, value in line.items()}
    return typed


def form(step: str, stands: str = "collected", **changes: Any) -> Act:
    """The form of a list, at one of its steps."""
    typed = {"step": step, **_typed(**changes)}
    return Act(lambda asked: {**typed, "uid": str(uuid4())}, stands)


def correction() -> Act:
    """The form of a list, about a record of others."""
    typed = {"step": "send", **_typed(organisation_name="江城第一医院", remarks="改送西门")}
    return Act(
        lambda asked: {**typed, "uid": str(uuid4())},
        query="?record={others}",
    )


def _other(asked: Asked) -> str:
    return str(asked.things.records["house"])


def button(action: str, stands: str = "collected", **more: Any) -> Act:
    """A button of the workbench, with everything its form has."""

    def body(asked: Asked) -> dict[str, Any]:
        return {
            "action": action,
            "fence": asked.visitor.fence,
            "note": "已核实",
            "how_to_fix": "请写明数量",
            "candidate": _other(asked),
            **_ticked(action),
            **more,
        }

    return Act(body, stands)


def _ticked(action: str) -> dict[str, Any]:
    return {
        "answers": list(CHECKLISTS.get(Action(action), ())) if action in Action else [],
        "grounds": ["call_back"],
    }


def worded(action: str, **more: Any) -> Act:
    """One of the two buttons under another wording."""
    typed = _typed(organisation_name="江城改写医院", remarks="可送至西门")
    common = {"action": action, "how_to_fix": "请写明数量", "reason": Reason.UNCLEAR, **typed}
    return Act(lambda asked: {**common, "fence": asked.visitor.fence, **more})


def together(action: str, stands: str) -> Act:
    """The checklist of many, for one."""

    def body(asked: Asked) -> dict[str, Any]:
        found = asked.things.submission(asked.whose, stands, asked.visitor.user)
        uid = str(found.uid if found else MISSING)
        fence = asked.visitor.fence
        return {"action": action, "fence": fence, "shown": [uid], "entries": [uid], **_ticked(action)}

    return Act(body, stands)


def step(stands: str = "collected", action: str = "", **more: Any) -> Act:
    """A step asked of the API, with everything a step may bring."""

    def body(asked: Asked) -> dict[str, Any]:
        answers: dict[str, Any] = dict.fromkeys(CHECKLISTS.get(Action(action), ()), True) if action else {}
        if answers and action != Action.ENTER:
            answers["grounds"] = [Ground.CALL_BACK]
        brought = {
            "fence": asked.visitor.fence,
            "note": "请写明数量",
            "other": _other(asked),
            "answers": answers,
        }
        return {**brought, **more}

    return Act(body, stands)


CONTENT = builders.need_payload(**_TYPED, organisation_name="江城改写医院", remarks="可送至西门")


def many(action: str, stands: str = "collected", **more: Any) -> Act:
    """A step asked of the API with many; here with one."""
    taken = step(stands, "" if action in ("claim", "return", "reject") else action, **more)

    def body(asked: Asked) -> dict[str, Any]:
        brought = {**taken.body(asked)}
        brought.pop("other")
        found = asked.things.submission(asked.whose, stands, asked.visitor.user)
        return {**brought, "submissions": [str(found.uid if found else MISSING)]}

    return Act(body, stands)


def sent(**more: Any) -> Act:
    """Something sent to the API."""
    return Act(lambda asked: {"kind": "needs", "uid": str(uuid4()), **more})


def about_record(**more: Any) -> Act:
    """Something sent to the API about a record; whose it is, the relation says."""
    return Act(
        lambda asked: {
            "kind": "needs",
            "uid": str(uuid4()),
            "record": str(asked.things.records.get(asked.whose, MISSING)),
            **more,
        }
    )


def merged_into() -> Act:
    """Merge into somebody else's record, of no house of the register; that one into a house's nobody proved."""

    def body(asked: Asked) -> dict[str, Any]:
        into = "house" if asked.whose == "others" else "others"
        return {"into": str(asked.things.records[into]), "reason": Reason.SAME_RECORD, "note": "同一处"}

    return Act(body)


def revoked_link() -> Act:
    """Take back the record's owner link."""
    return Act(lambda a: {"action": "revoke", "link": str(a.things.link_ids.get(a.whose, MISSING))})


def accepted() -> Act:
    """Send again with the wording a reviewer proposed."""

    def body(asked: Asked) -> dict[str, Any]:
        found = asked.things.submission(asked.whose, "worded", asked.visitor.user)
        wording = wordings.of(found) if found else None
        return {"action": "accept", "wording": wording.pk if wording else 1}

    return Act(body, "worded")


def taken_back() -> Act:
    """The sender's token."""
    return Act(lambda asked: {"action": "delete", "id": asked.things.token_id})


def fenced() -> Act:
    """Only the fence."""
    return Act(lambda asked: {"fence": asked.visitor.fence})


def file() -> Act:
    """A sheet."""
    content = sheet_files.as_csv(sheet_files.GOOD[:1])
    return Act(lambda asked: {"file": SimpleUploadedFile("需求.csv", content, "text/csv")})


def account(**values: Any) -> Act:
    """A form of an account page; what is the asker's own is filled in."""

    def body(asked: Asked) -> dict[str, Any]:
        person = asked.visitor.user or asked.things.cast["person"]
        mail = person.email
        fields = {"login": mail, "email": mail, "password": PASSWORD, "oldpassword": PASSWORD}
        return {**fields, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD, "code": "000000", **values}

    return Act(body)


def encoded(value: Any) -> str:
    """JSON as the API takes it."""
    return json.dumps(value, default=str, ensure_ascii=False)


def of_model(label: str, **values: Any) -> Act:
    """An action of the admin's list, with its first row."""

    def body(asked: Asked) -> dict[str, Any]:
        first = apps.get_model(label)._default_manager.first()
        return {"_selected_action": first.pk if first else 1, "index": 0, "post": "yes", **values}

    return Act(body)


def organisation(name: str) -> Act:
    """The admin's form of an organisation."""
    inline = {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 1000}
    forms: dict[str, Any] = {f"aliases-{key}": value for key, value in inline.items()}
    return plain(name=name, kind="hospital", place="420106", merged_into="", **forms)


def item() -> Act:
    """The admin's form of an item of the catalogue; its group and unit are those of the first."""

    def body(asked: Asked) -> dict[str, Any]:
        first = Item.objects.order_by("pk")[0]
        named = {"code": "ice-pick", "name_zh": "冰镐", "name_en": "ice pick", "header": "冰镐"}
        blank = {"synonyms": "", "hints": "", "position": 999}
        return {**named, **blank, "group": first.group, "unit": first.unit}

    return Act(body)


def standard() -> Act:
    """The admin's form of a product standard, of the last item."""

    def body(asked: Asked) -> dict[str, Any]:
        last = Item.objects.order_by("pk").last()
        assert last
        return {"code": "GB 99999-2030", "item": last.pk, "replaced_by": "", "replaced_on": ""}

    return Act(body)


def new_password() -> Act:
    """Django's own form of a new password."""
    return plain(old_password=PASSWORD, new_password1=NEW_PASSWORD, new_password2=NEW_PASSWORD)
