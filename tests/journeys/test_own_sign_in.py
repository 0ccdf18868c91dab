"""Coming in through an organisation's own sign-in, in a browser, past the policy of what forms may lead to."""

import json
from contextlib import contextmanager

import pytest
import requests
from django.utils import translation
from playwright.sync_api import expect

from glacier.runner import commands
from glacier.runner.processes import Program, wait_until
from tests import own_sign_in
from tests.journeys.looking import faults, with_axe
from tests.journeys.walking import chinese
from tests.machinery.runs import free_port
from tests.own_sign_in import DOMAIN, person
from verification import granting
from verification.refused_people import OwnSignInFailed
from verification.sop import Action

pytestmark = pytest.mark.browser


def answers(url):
    try:
        return requests.get(url, timeout=10).ok
    except requests.ConnectionError:
        return False


@contextmanager
def configured(share, provider):
    """The address of a web server that an operator configured for this sign-in."""
    url = f"127.0.0.1:{free_port()}"
    log = share.servers.folder / "log" / f"own-sign-in-{share.name}.log"
    env = {
        "DATABASE_URL": share.servers.cluster.url(share.live_database),
        "GLACIER_OWN_SIGN_INS": json.dumps([provider.entry()]),
    }
    web = Program("web", commands.web(url), log, env)
    web.start()
    try:
        wait_until(lambda: answers(f"http://{url}/accounts/login/") or not web.running(), 60)
        assert web.running(), web.last_words(40)
        yield f"http://{url}"
    finally:
        web.stop()


def test_a_nurse_comes_in_through_her_hospitals_sign_in(visit, share, hospital, coordinator, reviewer):
    own_domain = {"organisation": hospital, "domain": DOMAIN, "fresh_factor": True}
    grant = granting.propose(Action.CHANGE_ORGANISATION, by=coordinator, **own_domain)
    granting.confirm(grant.uid, by=reviewer, fresh_factor=True)
    with own_sign_in.running() as provider, configured(share, provider) as url:
        provider.person = person(f"nurse@{DOMAIN}")
        page = with_axe(visit(base_url=url))
        page.goto("/accounts/login/?next=/me/organisations/")
        assert not faults(page, chinese=True)
        page.get_by_role("button", name=chinese("Sign in at %(name)s", name=hospital.name)).click()
        page.wait_for_url("**/me/organisations/")
        expect(page.get_by_role("heading", name=hospital.name)).to_be_visible()
        assert not faults(page, chinese=True)
        provider.broken = True
        page.context.clear_cookies()
        page.goto("/accounts/oidc/ninth/login/")
        assert not faults(page, chinese=True)
        page.get_by_role("button", name=chinese("Go there")).click()
        with translation.override("zh-hans"):
            said = str(OwnSignInFailed.message)
        expect(page.get_by_text(said)).to_be_visible()
        assert not faults(page, chinese=True)
