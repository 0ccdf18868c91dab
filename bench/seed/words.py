"""Words people search for, in the seeded names."""

# In no other word of the seed: the name of a few needs at every size.
RARE = "雪鹄"
# In the names only, never in those of places or items, so that a search of names alone finds the same.
COMMON = ["人民医院", "卫生", "妇幼保健院", "第三医院"]
TYPED = [
    *COMMON,
    RARE,
    "医院",
    "武汉",
    "湖北武汉",
    "口罩",
    "防护服",
    "武汉 口罩",
    "江岸区人民医院",
    "中心医院",
    "没有这样的名字",
    "雪鹄医院",
    "安民",
    "康生",
    "宁华",
    "社区卫生服务中心",
    "疾病预防控制中心",
    "广东 防护服",
    "青林",
    "N95",
    "酒精",
    "北京",
    "第九人民医院",
    "上海 儿童医院",
    "鹤泉",
    "江安 N95",
    "儿童",
    "人民 护目镜",
]
