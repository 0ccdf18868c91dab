"""Text out of the HTML that notices are pasted in: words and line breaks, nothing that acts."""

import re
from html.parser import HTMLParser
from typing import Final

_NAMES: Final = (
    "p|br|div|span|strong|b|i|em|u|a|ul|ol|li|h[1-6]|table|tbody|thead|tr|td|th|img|section|article|font|"
    "blockquote|pre|hr|script|style|iframe|object|embed|svg|math|video|audio|form|input|button|link|meta|base|"
    "html|head|body|title|template|noscript"
)
_TAG: Final = re.compile(rf"</?(?:{_NAMES})(?:\s+[a-z][\w:-]*\s*=[^<>]*)?\s*/?>|<!--", re.IGNORECASE)
_BREAKS: Final = re.compile(r"p|br|div|ul|ol|li|h[1-6]|table|tr|section|article|blockquote|pre|hr")
_HIDDEN: Final = frozenset(("script", "style", "template", "title", "noscript"))


def plain_text(text: str) -> str:
    """`text` without its tags, a paragraph a line; what holds no tag stays as it is."""
    if not _TAG.search(text):
        return text
    reader = _Reader()
    reader.feed(text)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).split("\n"))
    return "\n".join(line for line in lines if line)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._hidden += tag in _HIDDEN
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in _HIDDEN and self._hidden > 0
        self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)

    def _break(self, tag: str) -> None:
        if _BREAKS.fullmatch(tag):
            self.parts.append("\n")
