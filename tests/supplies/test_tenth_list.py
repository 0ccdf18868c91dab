"""A tenth list, declared here and nowhere else: everything that lists have works for it at once."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django import forms
from django.core.management import call_command
from django.db import models
from django.test import Client
from django.utils import translation

from supplies import places
from supplies.fields import AmountField, PlaceField, WholeNumberField
from supplies.filters import PLACES, choice_filter, yes_no_filter
from supplies.parts import (
    CONTACT_FIELDS,
    CONTACT_SECTION,
    SOURCE_FIELDS,
    SOURCE_SECTION,
    Contactable,
    ContactForm,
    PublicTextField,
    Sourced,
    SourceForm,
)
from supplies.showing import shows
from tests import builders
from tests.invented import listed
from tests.signing_in import sign_in
from verification import kinds, names, workflow
from verification.api import parameters
from verification.forms import LineForm, LinesField, PayloadForm, PlainTextField
from verification.kinds import Facets, Field, Format, Intervals, Kind, Section, Words
from verification.models import Public, Record, Submission
from verification.payload_schema import payload_schema
from verification.sop import Status

# Where the file of such a list would stand.
MODULE = "supplies.lists"
SOUND = [("quiet", "below 60 dB"), ("loud", "louder")]


def generators() -> Kind:
    """Generators lent out: with organisation, place, lines without items, a choice, a yes or no, no urgency."""

    class Generator(Contactable, Sourced, Record):
        __module__ = MODULE
        organisation_name = models.CharField("lender", max_length=200)
        place = models.CharField("place", max_length=6)
        sound = models.CharField("sound", max_length=10, blank=True)
        delivers = models.CharField("delivers", max_length=3, blank=True)
        deposit = models.DecimalField("deposit", max_digits=12, decimal_places=2, null=True)
        terms = models.TextField("terms", blank=True)
        website = models.URLField("website", blank=True)

        class Meta(Record.Meta):
            app_label = "supplies"

    class GeneratorLine(LineForm):
        main = ("model", "power")
        model = PublicTextField(label="model", max_length=80)
        power = WholeNumberField(label="kilowatts", required=False)
        amount = AmountField(label="number of them", required=False)
        fuel = forms.ChoiceField(
            label="fuel", required=False, choices=[("", "not said"), ("d", "diesel"), ("p", "petrol")]
        )

    class GeneratorForm(ContactForm, SourceForm):
        organisation = forms.UUIDField(label="lender in the register", required=False)
        organisation_name = PlainTextField(label="lender", max_length=200)
        place = PlaceField(label="place")
        lines = LinesField(GeneratorLine, label="generators")
        sound = forms.ChoiceField(label="sound", required=False, choices=[("", "Choose"), *SOUND])
        delivers = forms.ChoiceField(
            label="delivers", required=False, choices=[("", "not said"), ("yes", "yes"), ("no", "no")]
        )
        deposit = forms.DecimalField(label="deposit", required=False, max_digits=12, decimal_places=2)
        terms = PublicTextField(label="terms", required=False, widget=forms.Textarea)
        website = forms.URLField(label="website", required=False, assume_scheme="https")

    fields = {
        "organisation": Field("lender in the register", public=True),
        "organisation_name": Field("lender", public=True),
        "place": Field("place", public=True, format=Format.PLACE),
        "lines": Field("generators", public=True),
        "sound": Field("sound", public=True, choices=SOUND),
        "delivers": Field("delivers", public=True, format=Format.YES_NO),
        "deposit": Field("deposit", public=True, format=Format.MONEY),
        "terms": Field("terms", public=True, format=Format.LONG_TEXT, empty="as agreed"),
        "website": Field("website", public=True, format=Format.LINK),
        **CONTACT_FIELDS,
        **SOURCE_FIELDS,
    }

    def facets(payload):
        where = places.path(payload["place"])
        return Facets(
            title=payload["organisation_name"],
            places=tuple(p.code for p in where),
            tokens=tuple(f"{n}:{payload[n]}" for n in ("sound", "delivers") if payload[n]),
            words=(payload["organisation_name"], *(p.name for p in where)),
        )

    return Kind(
        slug="generators",
        label="Generators lent out",
        label_one="generator",
        model=Generator,
        form=GeneratorForm,
        fields=fields,
        facets=facets,
        identity=lambda payload: names.identifying(payload["organisation_name"]),
        intervals=Intervals(due=timedelta(days=2), overdue=timedelta(days=4), stale=timedelta(days=7)),
        sections=(
            Section("who", "Who lends?", ("organisation", "organisation_name", "place")),
            Section("what", "What is lent?", ("lines", "sound", "delivers", "deposit", "terms", "website")),
            CONTACT_SECTION,
            SOURCE_SECTION,
        ),
        page=(
            Section("what", "What is lent out", ("lines",)),
            Section("how", "On what terms", ("sound", "delivers", "deposit", "terms"), "Bring a cable."),
        ),
        summary=("sound", "deposit"),
        words=Words(report="Lend a generator", add_line="Add a generator"),
        show=shows(fields, GeneratorLine),
        filters=PLACES | choice_filter("sound", SOUND, "sound") | yes_no_filter("delivers", "delivers"),
        example={"organisation_name": "江城电力", "place": "420106", "lines": [{"model": "EU70"}]},
    )


GENERATOR = {
    "organisation_name": "江城电力公司",
    "place": "420106",
    "lines": [
        {"model": "EU70is", "power": 7, "amount": "3台", "fuel": "p"},
        {"model": "<b>KDE</b>", "power": 10, "amount": "若干"},
    ],
    "sound": "quiet",
    "delivers": "yes",
    "deposit": "20000.00",
    "terms": "第一天免费\n=之后每天<100元",
    "website": "https://power.example/lend",
    "office_line": "+86 27 8555 0100",
    "contact_phone": "13800000000",
    "source_link": "https://power.example/notice",
    "source_dated": "2020-02-03",
}


def hotlines() -> Kind:
    """Telephone advice: no organisation, no place, no lines."""

    class Hotline(Record):
        __module__ = MODULE
        name = models.CharField("name", max_length=100)
        numbers = models.CharField("numbers", max_length=200)
        mail = models.EmailField("mail", blank=True)
        since = models.DateField("since", null=True)
        callers = models.IntegerField("callers a day", null=True)
        secret = models.CharField("who runs it", max_length=100, blank=True)

        class Meta(Record.Meta):
            app_label = "supplies"

    class HotlineForm(PayloadForm):
        name = PublicTextField(label="name", max_length=100)
        numbers = PlainTextField(label="numbers", max_length=200)
        mail = forms.EmailField(label="mail", required=False)
        since = forms.DateField(label="since", required=False)
        callers = WholeNumberField(label="callers a day", required=False)
        secret = PlainTextField(label="who runs it", required=False)

    fields = {
        "name": Field("name", public=True),
        "numbers": Field("numbers", public=True, format=Format.PHONES),
        "mail": Field("mail", public=True, format=Format.MAIL),
        "since": Field("since", public=True, format=Format.DAY),
        "callers": Field("callers a day", public=True, format=Format.COUNT),
        "secret": Field("who runs it", public=False),
    }
    return Kind(
        slug="hotlines",
        label="Hotlines",
        label_one="hotline",
        model=Hotline,
        form=HotlineForm,
        fields=fields,
        facets=lambda payload: Facets(title=payload["name"], words=(payload["name"],)),
        identity=lambda payload: names.identifying(payload["name"]),
        intervals=Intervals(due=timedelta(days=2), overdue=timedelta(days=4), stale=timedelta(days=7)),
        summary=("numbers", "since", "callers"),
        show=shows(fields),
    )


HOTLINE = {
    "name": "心理援助热线",
    "numbers": "027-85550100、400-000-0000",
    "mail": "help@line.example",
    "since": "2020-01-25",
    "callers": 1200,
    "secret": "甄不存",
}


def closures() -> Kind:
    """Closed roads: a place and urgency, no organisation, no lines, no filter but its own."""

    class Closure(Record):
        __module__ = MODULE
        road = models.CharField("road", max_length=100)
        place = models.CharField("place", max_length=6, blank=True)
        urgency = models.CharField("urgency", max_length=10)

        class Meta(Record.Meta):
            app_label = "supplies"

    class ClosureForm(PayloadForm):
        road = PublicTextField(label="road", max_length=100)
        place = PlaceField(label="place", required=False)
        urgency = forms.ChoiceField(label="urgency", choices=[("high", "high"), ("normal", "normal")])

    fields = {
        "road": Field("road", public=True),
        "place": Field("place", public=True, format=Format.PLACE),
        "urgency": Field("urgency", public=True, choices=[("high", "high"), ("normal", "normal")]),
    }
    return Kind(
        slug="closures",
        label="Closed roads",
        label_one="closed road",
        model=Closure,
        form=ClosureForm,
        fields=fields,
        facets=lambda payload: Facets(
            title=payload["road"], urgency={"high": 2, "normal": 1}[payload["urgency"]]
        ),
        identity=lambda payload: "",
        intervals=Intervals(due=timedelta(days=2), overdue=timedelta(days=4), stale=timedelta(days=7)),
        show=shows(fields),
        urgencies={"high": 2, "normal": 1},
    )


CLOSURE = {"road": "长堤路", "place": "420106", "urgency": "high"}


@pytest.fixture
def lists(database):
    """All three, and what a person sends to each."""
    with listed(generators), listed(hotlines), listed(closures):
        yield {"generators": GENERATOR, "hotlines": HOTLINE, "closures": CLOSURE}


NAMES = ["generators", "hotlines", "closures"]


def signed_in(user) -> Client:
    client = Client()
    sign_in(client, user)
    return client


def typed(payload: dict) -> dict[str, str]:
    """A payload as the form's boxes send it."""
    flat = {name: str(value) for name, value in payload.items() if name != "lines"}
    for index, line in enumerate(payload.get("lines") or ()):
        flat |= {f"lines-{index}-{name}": str(value) for name, value in line.items()}
    return flat


def published(slug: str, payload: dict, by, verifier, enterer, *, record=None) -> Public:
    sent = workflow.submit(kind=slug, data=payload, by=by, record=record)
    return builders.publish(builders.approve(sent, verifier, enterer))


def page(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, (address, response.status_code)
    return response.content.decode()


@pytest.mark.parametrize("slug", NAMES)
def test_a_person_fills_in_the_form_checks_and_sends_it(lists, slug, volunteer):
    sender, payload = signed_in(volunteer), lists[slug]
    assert 'name="step"' in page(sender, f"/submit/{slug}/")
    lacking = sender.post(f"/submit/{slug}/", {"step": "check"})
    assert lacking.status_code == 422
    checked = sender.post(f"/submit/{slug}/", typed(payload) | {"step": "check"})
    assert checked.status_code == 200, checked.content.decode()
    assert 'value="send"' in checked.content.decode()
    sent = sender.post(f"/submit/{slug}/", typed(payload) | {"step": "send"})
    assert sent.status_code == 302
    submission = Submission.objects.get()
    asked = kinds.get(slug).clean(payload)
    assert submission.payload == asked | ({"organisation": ""} if "organisation" in asked else {})
    lines_said = payload.get("lines", [{}])[0].get("model", "")
    assert lines_said in page(sender, f"/mine/{submission.uid}/")
    assert lines_said in checked.content.decode()
    for name in (
        f"/mine/{submission.uid}/",
        f"/mine/{submission.uid}/received/",
        f"/mine/{submission.uid}/edit/",
        "/mine/",
    ):
        page(sender, name)
        page(sender, f"/en{name}")


def test_the_editor_of_lines_has_the_lists_own_fields_and_shows_what_is_wrong(lists, volunteer):
    sender = signed_in(volunteer)
    empty = page(sender, "/submit/generators/")
    assert 'name="lines-0-model"' in empty
    assert 'name="lines-__n__-fuel"' in empty
    assert "Add a generator" in empty
    assert 'name="paste"' not in empty
    wrong = typed(GENERATOR) | {"lines-1-power": "many", "step": "check"}
    shown = sender.post("/submit/generators/", wrong).content.decode()
    assert 'value="many"' in shown
    assert 'id="lines-1-power_error"' in shown
    more = sender.post("/submit/generators/", typed(GENERATOR) | {"step": "add_line"}).content.decode()
    assert 'name="lines-2-model"' in more


@pytest.mark.parametrize("slug", NAMES)
def test_it_is_reviewed_and_published_and_its_page_says_everything(
    lists, slug, volunteer, reviewer, other_reviewer, client
):
    sent = workflow.submit(kind=slug, data=lists[slug], by=volunteer)
    for language in ("", "/en"):
        page(signed_in(reviewer), f"{language}/review/")
        page(signed_in(reviewer), f"{language}/review/{sent.uid}/")
    row = builders.publish(builders.approve(sent, reviewer, other_reviewer))
    for language in ("", "/en"):
        text = page(client, f"{language}/{slug}/{row.uid}/")
        assert row.title in text
        assert "13800000000" not in text
        assert "甄不存" not in text
        assert row.title in page(client, f"{language}/{slug}/")
        page(signed_in(volunteer), f"{language}/submit/{slug}/?record={row.uid}")


def test_a_records_page_shows_each_value_in_its_way(lists, volunteer, reviewer, other_reviewer, client):
    row = published("generators", GENERATOR, volunteer, reviewer, other_reviewer)
    text = page(client, f"/en/generators/{row.uid}/")
    for expected in (
        "<h2>What is lent out</h2>",
        "<h2>On what terms</h2>",
        "Bring a cable.",
        "&lt;b&gt;KDE&lt;/b&gt;",
        "第一天免费<br>=之后每天&lt;100元",
        "below 60 dB",
        "20,000 yuan",
        "petrol",
        "<h2>More</h2>",
        'href="https://power.example/lend" rel="noopener nofollow"',
        'href="tel:+862785550100"',
        "/en/generators/?province=420000",
    ):
        assert expected in text, expected
    other = published("hotlines", HOTLINE, volunteer, reviewer, other_reviewer)
    text = page(client, f"/en/hotlines/{other.uid}/")
    for expected in ('href="tel:027-85550100"', 'href="tel:400-000-0000"', 'href="mailto:help@line.example"', "1,200",
                     '<time datetime="2020-01-25">25 Jan 2020</time>', "<h1>心理援助热线</h1>"):  # fmt: skip
        assert expected in text, expected


def test_its_filters_narrow_page_api_csv_and_json_alike(lists, volunteer, reviewer, other_reviewer, client):
    published("generators", GENERATOR, volunteer, reviewer, other_reviewer)
    loud = GENERATOR | {"organisation_name": "雷鸣机电", "sound": "loud", "delivers": "", "place": "420500"}
    published("generators", loud, volunteer, reviewer, other_reviewer)
    for query, found in {
        "": ["雷鸣机电", "江城电力公司"],
        "sound=loud": ["雷鸣机电"],
        "delivers=yes": ["江城电力公司"],
        "province=420000&city=420100": ["江城电力公司"],
        "place=420500": ["雷鸣机电"],
        "q=电力": ["江城电力公司"],
        "sound=loud&delivers=yes": [],
    }.items():
        text = page(client, f"/en/generators/?{query}")
        assert [n for n in ("雷鸣机电", "江城电力公司") if f">{n}</a></h2>" in text] == found, query
        api = client.get(f"/api/v1/generators/?{query}").json()
        assert [body["title"] for body in api["results"]] == found, query
        assert [body["title"] for body in exported(client, f"/generators.json?{query}")["records"]] == found
        assert (
            list(dict.fromkeys(r["institution"] for r in table(client, f"/en/generators.csv?{query}")))
            == found
        )
    text = page(client, "/en/generators/?sound=loud&province=420000")
    assert '<option value="loud" selected>louder</option>' in text
    assert '<select id="f-city"' in text
    assert "urgency" not in text
    assert client.get("/api/v1/generators/?urgency=high").status_code == 400
    assert client.get("/api/v1/generators/?sound=silent").status_code == 400
    assert client.get("/generators.json?sort=urgency").status_code == 400
    assert client.get("/api/v1/closures/?urgency=high&sort=urgency").status_code == 200


def streamed(client: Client, address: str) -> str:
    response: Any = client.get(address)
    return b"".join(response.streaming_content).decode("utf-8")


def table(client: Client, address: str) -> list[dict[str, str]]:
    text = streamed(client, address)
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def exported(client: Client, address: str) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(streamed(client, address))
    return whole


def test_csv_has_its_columns_and_nothing_that_a_spreadsheet_would_run(
    lists, volunteer, reviewer, other_reviewer, client
):
    row = published("generators", GENERATOR, volunteer, reviewer, other_reviewer)
    first, second = table(client, "/en/generators.csv")
    assert (first["record"], first["version"]) == (str(row.uid), "1")
    assert (first["model"], first["kilowatts"], first["fuel"], first["line"]) == (
        "EU70is",
        "7",
        "petrol",
        "1",
    )
    assert second["model"] == "<b>KDE</b>"
    assert (first["deposit"], first["delivers"], first["sound"]) == ("20000", "yes", "below 60 dB")
    assert (first["date of the source"], first["place code"]) == ("2020-02-03", "420106")
    assert first["terms"].splitlines() == GENERATOR["terms"].splitlines()
    assert first["office telephone"] == "+86 27 8555 0100"
    assert "13800000000" not in "".join(first.values())
    published("hotlines", HOTLINE | {"name": "=热线", "callers": 0}, volunteer, reviewer, other_reviewer)
    (line,) = table(client, "/en/hotlines.csv")
    assert "institution" not in line
    assert (line["title"], line["since"], line["callers a day"]) == ("'=热线", "2020-01-25", "0")
    published("closures", CLOSURE, volunteer, reviewer, other_reviewer)
    (line,) = table(client, "/en/closures.csv")
    assert (line["road"], line["prefecture"]) == ("长堤路", "Wuhan")


@pytest.mark.parametrize("slug", NAMES)
def test_the_api_knows_it(lists, slug, volunteer, reviewer, other_reviewer, client):
    row = published(slug, lists[slug], volunteer, reviewer, other_reviewer)
    body = client.get(f"/api/v1/{slug}/{row.uid}/").json()
    assert (body["uid"], body["version"], body["kind"]) == (str(row.uid), 1, slug)
    assert body == exported(client, f"/{slug}.json")["records"][0]
    assert client.get(f"/api/v1/{slug}/{row.uid}/history/").json()["entries"][0]["version"] == 1
    assert slug in [one["kind"] for one in client.get("/api/v1/").json()["lists"]]
    schema = next(s for s in payload_schema()["anyOf"] if s["title"] == slug)
    assert set(lists[slug]) <= set(schema["properties"])
    assert "sound" in [p.name for p in parameters.filters()]


@pytest.mark.parametrize("slug", NAMES)
def test_a_correction_makes_a_version_and_the_database_keeps_both(
    lists, slug, volunteer, reviewer, other_reviewer, client
):
    first = published(slug, lists[slug], volunteer, reviewer, other_reviewer)
    name = {"generators": "terms", "hotlines": "numbers", "closures": "road"}[slug]
    private = ("secret", "contact_phone")
    changed = {n: v for n, v in lists[slug].items() if n not in private} | {name: "027-85550199"}
    row = published(slug, changed, volunteer, reviewer, other_reviewer, record=first.uid)
    assert row.version == 2
    model = kinds.get(slug).model
    assert [h.history_type for h in model.history.order_by("history_id")] == ["+", "~"]
    stored = model.objects.get()
    assert [getattr(stored, n) for n in private if n in lists[slug]] == [
        lists[slug][n] for n in private if n in lists[slug]
    ]
    assert "027-85550199" in page(client, f"/en/{slug}/{row.uid}/")
    gone = builders.taken_down(reviewer, row)
    page(client, f"/en/{slug}/{gone.uid}/", 410)
    assert exported(client, f"/{slug}.json")["records"] == []


def test_its_sheets_are_read_by_the_labels_of_its_fields(
    lists, volunteer, reviewer, other_reviewer, client, tmp_path
):
    sheet = tmp_path / "hotlines.csv"
    sheet.write_text(
        "name,numbers,mail,since,callers a day,who runs it\n"
        "心理援助热线,027-85550100、400-000-0000,help@line.example,2020-01-25,1200,甄不存\n"
        "无号热线,,,,,\n",
        encoding="utf-8",
    )
    said = io.StringIO()
    call_command("import_sheet", "hotlines", str(sheet), "--by", volunteer.email, stdout=said)
    sent = Submission.objects.get()
    assert sent.status == Status.COLLECTED, "nothing is approved by a sheet"
    assert sent.payload == kinds.get("hotlines").clean(HOTLINE)
    row = builders.publish(builders.approve(sent, reviewer, other_reviewer))
    assert "1,200" in page(client, f"/hotlines/{row.uid}/")


def test_lists_without_entries_say_so_in_their_own_words(lists, client):
    assert "Lend a generator" in page(client, "/en/generators/")
    with translation.override("en"):
        assert "Report something new" in page(client, "/en/hotlines/")


def test_the_list_is_gone_after_the_test(client, db):
    assert client.get("/generators/").status_code == 404
