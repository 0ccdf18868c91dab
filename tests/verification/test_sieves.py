"""Sieves: a row that holds a token always passes, and the database makes the same bits as we do."""

from tests import builders
from verification import names, sieves
from verification.models import Public


def passes(sieve: str, tokens) -> bool:
    asked = int(sieves.sieve(tokens)[1:], 16)
    return int(sieve[1:], 16) & asked == asked


def test_a_sieve_passes_what_it_holds_and_little_else():
    held = [*names.bigrams("江城第三人民医院"), "item:n95-mask", "place:420100"]
    sieve = sieves.sieve(held)
    assert all(passes(sieve, [token]) for token in held)
    assert passes(sieve, held)
    assert passes(sieve, [])
    others = [f"place:{number}" for number in range(100_000, 101_000)]
    assert sum(passes(sieve, [other]) for other in others) < 10
    assert passes(sieves.ANYTHING, others)


def test_a_sieve_holds_no_digest_of_duplicates():
    assert sieves.sieve(["~digest"]) == sieves.sieve([])


def test_a_published_row_has_the_sieve_of_its_tokens(volunteer, reviewer):
    row = builders.published_need(volunteer, reviewer)
    stored = Public.objects.get(pk=row.uid)
    assert int(stored.sieve, 2) == int(sieves.sieve(stored.tokens)[1:], 16)
