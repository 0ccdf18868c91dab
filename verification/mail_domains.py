"""Which mail domains can be somebody's own: not those where anybody can have an address."""

import re

from verification.refused_people import NotADomain, PublicDomain

# Mail providers; whatever lies under one of them is theirs too.
_PROVIDERS = """
qq.com foxmail.com 163.com 126.com 188.com yeah.net netease.com sina.com sina.cn sohu.com tom.com 21cn.com 139.com
189.cn wo.cn aliyun.com alimail.com 263.net eyou.com 2980.com 88.com 111.com gmail.com googlemail.com outlook.com
hotmail.com live.com live.cn msn.com yahoo.com yahoo.cn yahoo.co.jp ymail.com icloud.com me.com mac.com aol.com
proton.me protonmail.com pm.me gmx.com gmx.de gmx.net web.de mail.com mail.ru yandex.ru yandex.com zoho.com
fastmail.com tutanota.com tuta.com hey.com duck.com naver.com daum.net hanmail.net free.fr orange.fr laposte.net
t-online.de libero.it rediffmail.com mailinator.com
"""
# Endings under which names are given out: themselves nobody's, what stands before them somebody's.
_ENDINGS = """
com.cn org.cn gov.cn edu.cn net.cn ac.cn mil.cn com.hk org.hk edu.hk gov.hk com.tw org.tw edu.tw gov.tw com.mo
co.uk org.uk ac.uk gov.uk nhs.uk co.jp or.jp ac.jp go.jp com.au org.au com.sg
"""
PROVIDERS, ENDINGS = frozenset(_PROVIDERS.split()), frozenset(_ENDINGS.split())
_LABEL = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(\.{_LABEL})+")
_LONGEST = 120


def own_domain(text: str) -> str:
    """A mail domain as it is compared. Refused: NotADomain; PublicDomain where anybody can have an address."""
    domain = text.strip().lower().removeprefix("@")
    if len(domain) > _LONGEST or not _DOMAIN.fullmatch(domain):
        raise NotADomain()
    parts = domain.split(".")
    if domain in ENDINGS or any(".".join(parts[n:]) in PROVIDERS for n in range(len(parts))):
        raise PublicDomain()
    return domain
