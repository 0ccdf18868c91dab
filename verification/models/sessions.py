"""Sessions: browsers in which somebody is signed in."""

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from verification.models.people import User


class Session(AbstractBaseSession):
    """A session, and whose it is: so that both are read together, with every request."""

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="+", db_index=False)
