"""What our logs must not hold: the secrets in the addresses of owner links and invitations."""

import logging
import re

_SECRET = re.compile(r"((?:/owner|/people/invitation|people%2Finvitation)(?:/|%2F))[\w-]+")


def _without(value: object) -> object:
    return _SECRET.sub(r"\1…", value) if isinstance(value, str) else value


class WithoutSecrets(logging.Filter):
    """Takes the secrets out of a record's message and of what it is filled with; lets every record through."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true: nothing is left out but the secret."""
        record.msg = _without(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(_without(value) for value in record.args)
        elif isinstance(record.args, dict):
            record.args = {name: _without(value) for name, value in record.args.items()}
        return True
