"""The plan's ways on foot: park, promenade, and the inside of the mall, which bikes can't cross."""

from demo_district.planned import ON_FOOT, Planned

PATHS = (
    Planned(
        "path",
        "月塘公园",
        "Yuetang Park",
        "24,-262 80,-268 150,-236 230,-250 312,-222",
        {"bicycle": "yes", "foot": "yes"},
        smooth=True,
    ),
    Planned(
        "footway",
        "月塘步道",
        "Yuetang Walk",
        "150,-236 205,-275 225,-330 190,-385 130,-392 80,-365 72,-310 80,-268",
        ON_FOOT,
        smooth=True,
    ),
    Planned("footway", "月塘步道", "Yuetang Walk", "160,-388 168,-430 176,-462", ON_FOOT),
    Planned("footway", "月塘步道", "Yuetang Walk", "76,-335 50,-345 22,-345", ON_FOOT),
    Planned("footway", "月塘步道", "Yuetang Walk", "222,-330 262,-340 302,-338", ON_FOOT),
    Planned("footway", "月塘步道", "Yuetang Walk", "150,-236 146,-200 140,-164", ON_FOOT),
    Planned(
        "footway",
        "江湾步道",
        "Jiangwan Promenade",
        "-800,-468 -645,-508 -365,-552 -60,-546 212,-490 458,-376 634,-218 738,-32 786,150 "
        "830,318 884,470",
        ON_FOOT,
        smooth=True,
    ),
    Planned("steps", "", "", "-640,-465 -642,-510", ON_FOOT),
    Planned("footway", "", "", "-362,-508 -366,-556", ON_FOOT),
    Planned("steps", "", "", "-72,-504 -74,-550", ON_FOOT),
    Planned("steps", "", "", "292,-412 306,-452", ON_FOOT),
    Planned("footway", "", "", "545,-250 574,-276", ON_FOOT),
    Planned("steps", "", "", "715,30 752,18", ON_FOOT),
    Planned("footway", "", "", "788,336 836,328", ON_FOOT),
    Planned("footway", "", "", "-802,-426 -798,-472", ON_FOOT),
    Planned("footway", "荷塘新村", "Hetang Estate", "-536,392 -540,462", ON_FOOT),
    Planned("footway", "书香庭院", "Shuxiang Court", "-84,400 -30,396 12,398", ON_FOOT),
    Planned("footway", "豆香巷", "Douxiang Lane", "-286,-46 -290,-124", ON_FOOT),
    Planned("footway", "灯笼巷", "Denglong Lane", "-106,-350 -152,-352", ON_FOOT),
    Planned(
        "cycleway",
        "绿荫骑道",
        "Luyin Cycleway",
        "-746,444 -740,500 -744,550",
        {"bicycle": "yes", "foot": "yes"},
        smooth=True,
    ),
)

MALL = (
    Planned(
        "corridor",
        "汇云广场",
        "Huiyun Plaza",
        "36,18 92,8 112,-34 92,-74 36,-86 -20,-76 -40,-36 -20,6 36,18",
        ON_FOOT,
        smooth=True,
    ),
    Planned("corridor", "汇云广场北门", "Huiyun Plaza North Gate", "36,18 36,88", ON_FOOT),
    Planned("corridor", "汇云广场南门", "Huiyun Plaza South Gate", "36,-86 34,-142", ON_FOOT),
    Planned(
        "corridor", "汇云广场西门", "Huiyun Plaza West Gate", "-40,-36 -98,-30 -152,-32", ON_FOOT
    ),
    Planned(
        "corridor", "汇云广场东门", "Huiyun Plaza East Gate", "112,-34 170,-38 228,-36", ON_FOOT
    ),
    Planned("corridor", "汇云广场", "Huiyun Plaza", "-40,-36 36,-34 112,-34", ON_FOOT),
    Planned(
        "pedestrian",
        "汇云南广场",
        "Huiyun South Square",
        "-146,-146 -60,-146 34,-142 130,-138 223,-132",
        ON_FOOT,
    ),
    Planned("pedestrian", "汇云南广场", "Huiyun South Square", "34,-142 36,-184", ON_FOOT),
    Planned(
        "footway", "汇云北廊", "Huiyun North Arcade", "-150,84 -60,92 36,88 130,86 221,80", ON_FOOT
    ),
    Planned("footway", "", "", "36,88 38,150 36,172 -7,178", ON_FOOT),
)
