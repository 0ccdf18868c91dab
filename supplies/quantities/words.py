"""The words around a number, each with the letter that stands for it in the shapes of `reading`."""

from typing import Final

WORDS: Final[dict[str, str]] = {
    # Asks, but says nothing of how much: noise beside a number, "amount unknown" alone.
    "w": """需求量 需求 需要 急需 还需要 还需 仍需要 仍需 需 仍缺 还缺 最缺 急缺 紧缺 奇缺 短缺
            缺乏 缺少 欠缺 缺口 缺 急求 求购 求助 求 急用 紧急 告急 告罄 急 要
            want wanted need needed needs urgent urgently""",
    # Labels, without meaning for the amount.
    "l": "数量 数目 总数 总量 : 为 是 amount quantity qty",
    "?": """若干 大量 大批 批量 一批 一些 少量 适量 很多 许多 较多 不详 未知 不明 不定 未定 待定
            数量未知 数量不详 数量不明 数量待定 数量不定 不清楚 不确定 暂不确定 不明确 暂不明确
            unknown tbd some many""",
    "*": """越多越好 越多越 多多益善 不限 不限量 不限数量 数量不限 多少不限 无上限 不设上限 上不封顶
            尽可能的多 尽可能多 尽量多 尽量 能给多少给多少 有多少要多少 有多少给多少
            多少都要 多少都行 多少都可以 多少都可""",
    ">": """不少于 不低于 不小于 大于等于 大于 多于 高于 超过 超出
            至少需要 至少 最少 最低 起码 >= => > ≥ ≧""",
    "+": "及以上 或以上 以上 或更多 多 余 起 + plus",
    "<": """不超过 不多于 不高于 不大于 最多 至多 少于 小于 低于
            以下 以内 之内 不足 不到 上限 <= < ≤ ≦ max""",
    "a": "大约 大概 约 差不多 将近 接近 近 左右 上下 估计 预计 大致 预估 ≈ about around approx",
    "-": "—— -- - – — ― − ~ ～ 〜 ∼ 至 到 to",
    "/": "/ per",
    "x": "x * × ✕ ╳",
    "(": "( [ 【 〔 {",
    ")": ") ] 】 〕 }",
    ",": ", 、 ; 。 !",
    "e": "每一 每 each",
    "z": "装有 装",
    "=": "总共 一共 共计 共有 共 合计 合共 总计 合 即 total",
    # A use per day or per head is not an amount needed.
    "r": """天 日均 日耗 日用 日 周 星期 月 季度 季 年 小时 时 人次 人均 人 班次 班 次 床位
            day daily week weekly month monthly hour person""",
    # Says no more than how many digits the number has.
    "v": """好几 几 数十 数百 数千 数万 上百 上千 上万 成百上千 成千上万
            近百 近千 近万 过百 过千 过万 半""",
}

# English phrases of more than one word, read before single words.
PHRASES: Final[dict[str, str]] = {
    "as many as possible": "*",
    "as much as possible": "*",
    "the more the better": "*",
    "amount unknown": "?",
    "quantity unknown": "?",
    "not less than": ">",
    "no less than": ">",
    "at least": ">",
    "more than": ">",
    "or more": "+",
    "at most": "<",
    "up to": "<",
    "less than": "<",
    "per day": "r",
}
