"""Somebody signed in who calls the API of a real server, over a connection of their own."""

import http.client
import json
import time
from typing import Any
from urllib.parse import urlsplit

from verification.models import Submission

CSRF = "a" * 32


class Caller:
    """One person, one session, one connection that is opened anew when it broke."""

    def __init__(self, address: str, session: str, *, patience: float = 30) -> None:
        self._place = urlsplit(address).netloc
        self._patience = patience
        self._headers = {
            "Cookie": f"sessionid={session}; csrftoken={CSRF}",
            "X-CSRFToken": CSRF,
            "Content-Type": "application/json",
            "Accept-Language": "en",
        }
        self._connection: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and JSON of the answer; OSError or HTTPException where the connection is lost.

        Who is told that too many are asking comes again when told to, as any client should.
        """
        while True:
            status, said, again = self._ask_once(method, path, body)
            if not (status == 503 and again and said["error"]["code"] == "busy"):
                return status, said
            time.sleep(int(again))

    def _ask_once(self, method: str, path: str, body: Any) -> tuple[int, Any, str | None]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self._place, timeout=self._patience)
        try:
            self._connection.request(
                method, path, json.dumps(body) if body is not None else None, self._headers
            )
            answer = self._connection.getresponse()
            text, again = answer.read(), answer.getheader("Retry-After")
        except (OSError, http.client.HTTPException):
            self.hang_up()
            raise
        try:
            return answer.status, json.loads(text), again
        except ValueError:
            return answer.status, text.decode(errors="replace"), again

    def hang_up(self) -> None:
        """Close the connection; the next question opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def submission(self, uid: Any) -> tuple[int, Any]:
        """A submission as it stands."""
        return self.ask("GET", f"/api/v1/submissions/{uid}/")

    def act(self, submission: Submission | str, action: str, **body: Any) -> tuple[int, Any]:
        """Take a step."""
        uid = submission.uid if isinstance(submission, Submission) else submission
        return self.ask("POST", f"/api/v1/submissions/{uid}/{action}/", body)
