"""The plan's through roads, and the streets between them."""

from demo_district.planned import ONE_WAY, Planned

RIVER_ROAD = (
    "-930,-395 -790,-432 -645,-468 -365,-512 -60,-506 200,-452 430,-345 600,-195 700,-15 "
    "748,160 790,330 850,490 915,620 985,790"
)

ROADS = (
    Planned(
        "primary",
        "云鹤大道",
        "Yunhe Avenue",
        "-930,70 -640,92 -335,114 -40,122 330,112 615,140 800,180 930,222",
        {"maxspeed": "50"},
        apart=20.0,
        smooth=True,
    ),
    Planned(
        "secondary",
        "长槐路",
        "Changhuai Road",
        "-214,970 -256,820 -300,640 -325,480 -338,112 -330,-195 -362,-530",
        {"maxspeed": "40"},
        apart=15.0,
        smooth=True,
    ),
    Planned("secondary", "江湾路", "Jiangwan Road", RIVER_ROAD, {"maxspeed": "40"}, smooth=True),
    Planned(
        "secondary",
        "新樱路",
        "Xinying Road",
        "452,970 428,830 380,640 346,470 352,300 326,112 330,-20 316,-150 284,-280 292,-420",
        {"maxspeed": "40"},
        smooth=True,
    ),
    Planned(
        "tertiary",
        "北山路",
        "Beishan Road",
        "-940,800 -815,830 -590,822 -250,838 60,870 430,842 700,828 975,768",
        {"maxspeed": "30"},
        smooth=True,
    ),
    Planned(
        "secondary",
        "白鹭路",
        "Bailu Road",
        "-930,415 -640,452 -325,480 40,503 346,472 630,503 860,492",
        {"maxspeed": "40"},
        smooth=True,
    ),
    Planned(
        "tertiary",
        "槐荫街",
        "Huaiyin Street",
        "-930,-158 -645,-185 -330,-197 0,-184 316,-150 480,-146 640,-180",
        {"maxspeed": "30"},
        smooth=True,
    ),
    Planned(
        "tertiary",
        "染坊街",
        "Ranfang Street",
        "-560,960 -584,815 -618,640 -642,452 -630,270 -656,92 -662,-40 -642,-185 "
        "-650,-330 -632,-480",
        {"maxspeed": "30"},
        smooth=True,
    ),
    Planned(
        "tertiary",
        "银杏路",
        "Yinxing Road",
        "560,835 582,660 632,503 604,320 622,140 584,-50 556,-150",
        {"maxspeed": "30"},
        smooth=True,
    ),
    Planned(
        "tertiary",
        "北渠路",
        "Beiqu Road",
        "-930,606 -780,655 -610,646 -300,652 60,692 372,640 596,655 740,622 925,590",
        {"maxspeed": "30"},
        smooth=True,
    ),
    Planned(
        "tertiary",
        "西园路",
        "Xiyuan Road",
        "-812,835 -822,655 -862,430 -840,240 -878,75 -858,-165 -830,-300 -808,-426",
        {"maxspeed": "30"},
        smooth=True,
    ),
)

STREETS = (
    Planned(
        "residential", "园丁一路", "Yuanding 1st Road", "-712,650 -700,740 -716,828", smooth=True
    ),
    Planned(
        "residential", "园丁二路", "Yuanding 2nd Road", "-396,650 -408,740 -386,832", smooth=True
    ),
    Planned(
        "residential", "园丁三路", "Yuanding 3rd Road", "-112,668 -94,760 -100,850", smooth=True
    ),
    Planned("residential", "园丁四路", "Yuanding 4th Road", "222,668 214,760 240,856", smooth=True),
    Planned("residential", "苇塘路", "Weitang Road", "768,616 806,700 816,808", smooth=True),
    Planned(
        "residential",
        "斜桥街",
        "Xieqiao Street",
        "-874,48 -790,-30 -706,-84 -660,-142",
        {"maxspeed": "20"},
        smooth=True,
    ),
    Planned(
        "residential",
        "渡口街",
        "Dukou Street",
        "312,-146 372,-196 440,-232 545,-262",
        {"maxspeed": "20"},
        smooth=True,
    ),
    Planned(
        "residential", "渔歌路", "Yuge Road", "424,-142 430,-228 404,-290 412,-366", smooth=True
    ),
    Planned(
        "tertiary",
        "汇云西街",
        "Huiyun West Street",
        "-150,112 -152,-40 -140,-196",
        {**ONE_WAY, "maxspeed": "30"},
        smooth=True,
    ),
    Planned(
        "tertiary",
        "汇云东街",
        "Huiyun East Street",
        "222,-168 228,-30 220,110",
        {**ONE_WAY, "maxspeed": "30"},
        smooth=True,
    ),
    Planned(
        "residential",
        "集市街",
        "Jishi Street",
        "-145,-38 -240,-48 -336,-42",
        {**ONE_WAY, "maxspeed": "20"},
        smooth=True,
    ),
    Planned(
        "residential",
        "书院路",
        "Shuyuan Road",
        "52,870 28,700 18,500 4,310 -12,128",
        {"maxspeed": "30"},
        smooth=True,
    ),
    Planned(
        "residential",
        "书香街",
        "Shuxiang Street",
        "-330,296 -170,312 4,306 180,318 346,306",
        {**ONE_WAY, "maxspeed": "30"},
        smooth=True,
    ),
    Planned("residential", "荷塘街", "Hetang Street", "-628,268 -480,290 -332,284", smooth=True),
    Planned(
        "residential",
        "棉纺路",
        "Mianfang Road",
        "-474,470 -470,290 -492,98 -506,-40 -488,-194",
        {"oneway": "yes", "maxspeed": "20"},
        smooth=True,
    ),
    Planned("residential", "竹里街", "Zhuli Street", "-655,-58 -506,-38 -332,-56", smooth=True),
    Planned(
        "residential",
        "塘边街",
        "Tangbian Street",
        "18,-180 30,-300 12,-400 4,-512",
        {"maxspeed": "20"},
        smooth=True,
    ),
    Planned(
        "residential",
        "锦帆路",
        "Jinfan Road",
        "470,-146 474,-10 462,108",
        {"maxspeed": "30"},
        smooth=True,
    ),
    Planned(
        "residential",
        "映江街",
        "Yingjiang Street",
        "226,-24 320,-18 474,-8 600,-24",
        {"maxspeed": "30"},
        smooth=True,
    ),
    Planned(
        "residential", "海棠街", "Haitang Street", "360,304 478,316 628,312 790,336", smooth=True
    ),
    Planned(
        "residential",
        "锦屏路",
        "Jinping Road",
        "490,490 480,312 463,142",
        {**ONE_WAY, "maxspeed": "20"},
        smooth=True,
    ),
    Planned("residential", "柳林街", "Liulin Street", "-840,-300 -740,-322 -642,-312", smooth=True),
    Planned(
        "residential", "西园二街", "Xiyuan 2nd Street", "-848,264 -760,250 -642,262", smooth=True
    ),
    Planned("residential", "云杉路", "Yunshan Road", "-752,82 -764,-40 -748,-178", smooth=True),
    Planned("residential", "桂枝路", "Guizhi Road", "-748,440 -760,250 -752,82", smooth=True),
    Planned("residential", "北渠一路", "Beiqu 1st Road", "-478,462 -466,560 -470,650", smooth=True),
    Planned("residential", "北渠二路", "Beiqu 2nd Road", "-160,490 -150,580 -132,668", smooth=True),
    Planned("residential", "北渠三路", "Beiqu 3rd Road", "196,490 204,580 222,668", smooth=True),
    Planned(
        "residential", "晓月路", "Xiaoyue Road", "716,620 722,500 706,326 700,170", smooth=True
    ),
)
