"""`manage.py demonstration`: load the demonstration once; with --accounts, say who can sign in."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from glacier import demonstration
from verification.refusals import Refused


class Command(BaseCommand):
    help = "Loads the demonstration's lists, once. --accounts prints who can sign in, in Chinese and English."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--accounts", action="store_true", help="print the accounts, load nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This is no demonstration: GLACIER_DEMO is not set.")
        if options["accounts"]:
            self.stdout.write(_table())
            return
        try:
            loaded = demonstration.load()
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write("loaded" if loaded else "there already")


def _table() -> str:
    """One account in two lines: how to sign in, who it is; then the same in English."""
    with translation.override("zh-hans"):
        chinese = demonstration.accounts()
    with translation.override("en"):
        english = demonstration.accounts()
    longest = max(len(account["email"]) for account in chinese)
    lines = [f"  演示账号，密码都是 / demonstration accounts, one password:  {demonstration.PASSWORD}", ""]
    for zh, en in zip(chinese, english, strict=True):
        lines.append(f"  {zh['email']:<{longest}}  {zh['who']}：{zh['can']}")
        lines.append(f"  {'':<{longest}}  {en['who']}: {en['can']}")
        if zh["code"]:
            lines.append(f"  {'':<{longest}}  此刻的验证码 / code now: {zh['code']}")
    lines += [
        "",
        "  验证码每半分钟一变，登录页上总有最新的",
        "  codes change every half minute; the sign-in page shows the latest",
    ]
    return "\n".join(lines)
