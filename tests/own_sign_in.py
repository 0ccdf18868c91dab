"""An organisation's own sign-in, as it stands on another machine: OpenID Connect, spoken by a small server."""

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from django.test import override_settings

from glacier import own_sign_ins

CLIENT = "glacier-at-the-hospital"
DOMAIN = "ninth-hospital.example"


class _Provider(ThreadingHTTPServer):
    """Lets in whoever is `person`: the claims it makes about them."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.person, self.challenges, self.broken, self.asked = {}, {}, False, []

    def entry(self):
        return {
            "id": "ninth",
            "name": "江城第九医院",
            "domain": DOMAIN,
            "server_url": self.url,
            "client_id": CLIENT,
            "secret": "not a real one",
        }


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, *_args):
        """Says nothing."""

    def answer(self, body, status=200):
        sent = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def do_GET(self):
        url, asked = self.server.url, urlsplit(self.path)
        if self.server.broken:
            self.answer({}, 500)
        elif asked.path == "/.well-known/openid-configuration":
            ends = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
            self.answer(
                {f"{name}_endpoint": f"{url}/{path}" for name, path in ends.items()}
                | {"issuer": url, "jwks_uri": f"{url}/keys"}
            )
        elif asked.path == "/authorize":
            self.authorize({name: values[0] for name, values in parse_qs(asked.query).items()})
        elif asked.path == "/userinfo":
            self.answer(self.server.person)
        else:
            self.answer({}, 404)

    def authorize(self, asked):
        """The person is known here already, and sent back at once with a code."""
        code = f"code-{len(self.server.challenges)}"
        self.server.challenges[code] = asked.get("code_challenge")
        self.server.asked.append(asked)
        self.send_response(302)
        self.send_header(
            "Location", f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
        )
        self.end_headers()

    def do_POST(self):
        given = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if self.server.challenges.pop(given["code"][0], None) is None or "code_verifier" not in given:
            self.answer({"error": "invalid_grant"}, 400)
            return
        claims = self.server.person | {"iss": self.server.url, "aud": CLIENT, "exp": time.time() + 60}
        token = jwt.encode(claims, "a key of the provider, thirty-two bytes", algorithm="HS256")
        self.answer({"access_token": "t", "token_type": "Bearer", "id_token": token})


@contextmanager
def running():
    """The server, and a site that is configured to let its people in."""
    provider = _Provider()
    thread = threading.Thread(target=provider.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    entries = [provider.entry()]
    apps = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": own_sign_ins.apps(entries)}}
    try:
        with override_settings(OWN_SIGN_INS=entries, SOCIALACCOUNT_PROVIDERS=apps):
            yield provider
    finally:
        provider.shutdown()
        provider.server_close()
        thread.join()


def person(email, *, subject="7", **claims):
    """What a provider says of somebody."""
    return {"sub": subject, "email": email, "email_verified": True, "name": "张三", "picture": "x"} | claims
