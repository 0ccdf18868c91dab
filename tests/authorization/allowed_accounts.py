"""The allow-list of the account pages: signing up and in, mail addresses, passwords, second factors.

Forms of these pages take PUT for POST, of which they read nothing; OPTIONS says which methods there are.
"""

from tests.authorization import bodies as b
from tests.authorization.roles import BY_SESSION, EVERYBODY, HAVE_FACTOR, HAVE_FRESH, HAVE_NONE, NOBODY
from tests.authorization.table import Let, Row, only, row

# Whoever is signed in has nothing to do there, and is led to their own page.
LED_ON = Let("ANY", 302, BY_SESSION, writes=False)


def form(who: frozenset[str]) -> tuple[Let, ...]:
    """A form is shown."""
    return tuple(Let(method, 200, who, writes=False) for method in ("GET", "PUT", "OPTIONS"))


def page(who: frozenset[str] = EVERYBODY) -> tuple[Let, ...]:
    """A page that says something."""
    return Let("GET", 200, who), Let("OPTIONS", 200, who)


TYPED = b.account()

ACCOUNTS: tuple[Row, ...] = (
    row(
        "accounts/login/",
        LED_ON,
        *form(NOBODY),
        # Right passwords: signed in, or on to the second factor, the confirmation, the word that it was closed.
        Let("POST", 302, NOBODY, either=True, says_who=True),
        typed=TYPED,
    ),
    row(
        "accounts/signup/",
        LED_ON,
        *form(NOBODY),
        Let("POST", 302, NOBODY),
        typed=b.account(email="newcomer@people.example"),
    ),
    row(
        "accounts/logout/",
        *page(BY_SESSION),
        Let("GET", 302, NOBODY),
        Let("OPTIONS", 200, NOBODY),
        Let("POST", 302, EVERYBODY, writes=False),
    ),
    row("accounts/login/code/confirm/", LED_ON, typed=TYPED),
    row(
        "accounts/reauthenticate/",
        *form(HAVE_NONE),
        Let("POST", 302, HAVE_NONE, either=True),  # a hash of few rounds is made anew
        typed=TYPED,
    ),
    row("accounts/inactive/", *page()),
    row("accounts/confirm-email/", *page()),
    row("accounts/password/reset/done/", *page()),
    row("accounts/password/reset/key/done/", *page()),
    # Keys that open nothing.
    row("accounts/^confirm-email/(?P<key>[-:\\w]+)/$", *page()),
    row(
        "accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        Let("ANY", 200, EVERYBODY, writes=False),
        typed=TYPED,
    ),
    row(
        "accounts/password/reset/",
        *form(EVERYBODY),
        Let("POST", 302, EVERYBODY, writes=False),  # a mail goes out, to whoever has that address
        typed=TYPED,
    ),
    row("accounts/password/set/", LED_ON, typed=TYPED),
    row("accounts/password/change/", *form(BY_SESSION), Let("POST", 302, BY_SESSION), typed=TYPED),
    row(
        "accounts/email/",
        *page(BY_SESSION),
        Let("PUT", 302, BY_SESSION, writes=False),
        # Asks once more who one is. No unconfirmed address goes with a second factor: the form says so.
        Let("POST", 200, HAVE_FACTOR, act="add", writes=False),
        add=b.account(email="another@people.example", action_add=""),
    ),
    row("accounts/2fa/", *page(BY_SESSION)),
    row("accounts/2fa/authenticate/", LED_ON, typed=TYPED),
    row(
        "accounts/2fa/reauthenticate/",
        *form(HAVE_FACTOR),
        Let("POST", 200, HAVE_FACTOR, writes=False),
        typed=TYPED,
    ),
    row("accounts/2fa/webauthn/", *page(BY_SESSION)),
    row("accounts/2fa/webauthn/login/", LED_ON, Let("OPTIONS", 200, NOBODY), typed=TYPED),
    row("accounts/2fa/recovery-codes/", Let("OPTIONS", 200, BY_SESSION)),
    # Whatever changes a factor asks once more who one is; whoever used it just now is let through.
    row(
        "accounts/2fa/recovery-codes/generate/",
        *(Let(method, 200, HAVE_FRESH) for method in ("GET", "OPTIONS")),
        *(Let(method, 302, HAVE_FRESH) for method in ("POST", "PUT")),
    ),
    row("accounts/2fa/recovery-codes/download/"),
    # There is one already: on to the page on which it is taken away.
    row("accounts/2fa/totp/activate/", Let("ANY", 302, HAVE_FRESH, writes=False), typed=TYPED),
    # With the factor every session ends.
    row(
        "accounts/2fa/totp/deactivate/",
        *(Let(method, 200, HAVE_FRESH) for method in ("GET", "OPTIONS")),
        *(Let(method, 302, HAVE_FRESH, says_who=True) for method in ("POST", "PUT")),
    ),
    # No key of this browser's is shown: the form comes back.
    row(
        "accounts/2fa/webauthn/add/",
        *form(HAVE_FRESH),
        Let("POST", 200, HAVE_FRESH, writes=False),
        typed=TYPED,
    ),
    row("accounts/2fa/webauthn/reauthenticate/", typed=TYPED),
    row("accounts/2fa/webauthn/keys/<int:pk>/remove/"),
    row("accounts/2fa/webauthn/keys/<int:pk>/edit/", typed=TYPED),
    # On to an organisation's own sign-in, after asking once; back from it comes only who set out.
    row(
        "accounts/oidc/<slug:provider_id>/login/",
        Let("POST", 302, EVERYBODY, only("ours"), writes=False),
        Let("HEAD", 405, EVERYBODY, only("ours")),
        Let("GET", 200, EVERYBODY, only("ours")),
        names="own sign-in",
        begin=b.plain(process="login"),
    ),
    row("accounts/oidc/<slug:provider_id>/login/callback/", names="own sign-in"),
)
