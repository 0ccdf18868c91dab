"""stub, being written"""

import unicodedata


def half_width(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def normalise(name: str) -> str:
    return "".join(half_width(name).lower().split())


def similarity(a: str, b: str) -> float:
    return float(normalise(a) == normalise(b))


def bigrams(text: str) -> list[str]:
    t = normalise(text)
    return [t[i : i + 2] for i in range(len(t) - 1)]


def query_bigrams(text: str) -> list[str]:
    return bigrams(text)
