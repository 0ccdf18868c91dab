"""The catalogue: found in code and templates, updated, checked."""

import pytest

from glacier import messages

CODE = """
_("Hello %(name)s")
ngettext("%(n)d item", "%(n)d items", 3)
pgettext("verb", "Open")
"""
PAGE = """
{% load i18n %}<p class="it's">{% translate "Need" %} {{ _("Two words") }}
    {% blocktranslate trimmed count n=x %}
        {{ n }} thing
    {% plural %}
        {{ n }} things
    {% endblocktranslate %}
{% translate "Open" context "adjective" %}
"""
CHINESE = {
    "Hello %(name)s": "你好，%(name)s",
    "%(n)d item": "%(n)d 项",
    "Open": "打开",
    "Need": "需求",
    "Two words": "两个词",
    "%(n)s thing": "%(n)s 件",
}


@pytest.fixture
def top(tmp_path):
    (tmp_path / "supplies").mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "supplies" / "views.py").write_text(CODE)
    (tmp_path / "templates" / "page.html").write_text(PAGE)
    return tmp_path


def translate(top, **changes):
    """Write Chinese into the catalogue as an editor would."""
    path = messages.catalogue_path(top)
    catalogue = messages.read(path)
    for message in catalogue:
        if message.id:
            single = messages._texts(message.id)[0]
            chinese = changes.get(single, CHINESE[single])
            message.string = chinese if isinstance(message.id, str) else (chinese,)
    with path.open("wb") as file:
        messages.write_po(file, catalogue)


def test_texts_of_code_and_templates_are_found(top):
    found = {(m.context, messages._texts(m.id)[0]) for m in messages.extracted(top) if m.id}
    assert found == {
        (None, "Hello %(name)s"),
        (None, "%(n)d item"),
        ("verb", "Open"),
        (None, "Need"),
        (None, "Two words"),
        (None, "%(n)s thing"),
        ("adjective", "Open"),
    }


def test_catalogue_without_chinese_is_incomplete(top):
    messages.update(top)
    faults = messages.faults(top)
    assert len(faults.missing) == 7
    assert "[verb] Open  (supplies/views.py)" in faults.missing


def test_complete_catalogue_has_no_faults(top):
    messages.update(top)
    translate(top)
    assert list(messages.faults(top).lines()) == ["uncompiled: locale/zh_Hans/LC_MESSAGES/django.mo"]
    messages.update(top)
    assert not list(messages.faults(top).lines())
    again = messages.catalogue_path(top).read_bytes()
    messages.update(top)
    assert messages.catalogue_path(top).read_bytes() == again, "an update without news changes nothing"


def test_text_that_is_gone_is_obsolete_until_the_next_update(top):
    messages.update(top)
    translate(top)
    (top / "supplies" / "views.py").unlink()
    assert len(messages.faults(top).obsolete) == 3
    messages.update(top)
    assert not messages.faults(top).obsolete


def test_placeholder_that_is_lost_is_a_fault(top):
    messages.update(top)
    translate(top, **{"Hello %(name)s": "你好，%(nmae)s"})
    assert [text.split("  ")[0] for text in messages.faults(top).placeholders] == ["Hello %(name)s"]


def test_chinese_of_another_file_fills_what_is_missing_only(top, tmp_path):
    messages.update(top)
    more = tmp_path / "more.po"
    more.write_text('msgid "Need"\nmsgstr "需要"\n\nmsgid "Gone"\nmsgstr "没了"\n')
    messages.update(top, [more])
    other = tmp_path / "other.po"
    other.write_text('msgid "Need"\nmsgstr "另一个"\n')
    catalogue = messages.update(top, [other])
    assert catalogue.get("Need").string == "需要"
    assert catalogue.get("Gone") is None
