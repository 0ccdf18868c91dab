"""The shorter forms of an official name: 湖北 for 湖北省, 长阳 and 长阳县 for 长阳土家族自治县."""

import re
from typing import Final

_PEOPLES: Final = """
    蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水
    东乡 纳西 景颇 柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 鄂温克
    德昂 保安 裕固 京 独龙 鄂伦春 赫哲 门巴 珞巴 基诺 各
"""
_NAMED: Final = "|".join(sorted(_PEOPLES.split(), key=len, reverse=True))
_ENDINGS: Final = (
    re.compile(f"(?:(?:{_NAMED})族|蒙古|哈萨克|柯尔克孜|塔吉克|锡伯|维吾尔|壮)*自治[区州县旗]$"),
    re.compile(r"族?自治[区州县旗]$"),  # 内蒙古, 东乡: the people is the whole name
    re.compile(r"(?:特别行政区|地区|林区|矿区|特区|新区|[省市盟县旗]|(?<=^..)区|(?<=^...)区|(?<=^....)区)$"),
)


def short_name(name: str) -> str:
    """`name` without the word for its level; whole where under two characters would remain."""
    for ending in _ENDINGS:
        short = ending.sub("", name)
        if short != name and len(short) >= 2:
            return short
    return name


def spoken_name(name: str) -> str:
    """长阳县 for 长阳土家族自治县, 监利县 for 监利市 that was a county; else the name itself."""
    short = short_name(name)
    if short == name:
        return name
    return short + ("州" if name.endswith("州") else "县" if name[-1] in "市县" else name[-1])
