"""What nobody may read in the database: encrypted under keys that lie outside it, newest first."""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.NAME_KEYS])


def encrypt(text: str) -> str:
    """Encrypt under the newest of GLACIER_NAME_KEYS."""
    return _keys().encrypt(text.encode()).decode()


def decrypt(sealed: str) -> str:
    """Read what any of GLACIER_NAME_KEYS encrypted."""
    return _keys().decrypt(sealed.encode()).decode()


def renewed(sealed: str) -> str | None:
    """The same under the newest key; None where it stands under that one already."""
    try:
        Fernet(settings.NAME_KEYS[0]).decrypt(sealed.encode())
    except InvalidToken:
        return _keys().rotate(sealed.encode()).decode()
    return None
