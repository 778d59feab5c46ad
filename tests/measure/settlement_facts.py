#!/usr/bin/env python3
"""Does a search show facts of the settlement cards, dense forms of about 850 merged cells a sheet, among its first three?

usage: settlement_facts.py --kura PROGRAM --models FOLDER [--data-dir DIR] [--root DIR] [--first N]

Makes a temporary data folder (or uses DIR, which may hold the cards already), ingests the cards of two years, and asks for
thirty facts that were picked by hand. A fact counts as shown when one of the first N passages stands in the card of its
prefecture and year and holds its value behind its label. PROGRAM is the kura binary; FOLDER holds the models and ipadic.dic.
"""
import argparse, json, os, re, shutil, subprocess, sys, tempfile, time, unicodedata

CARDS = {"令和元年度": "FY2019-settlementcard", "平成29年度": "FY2017-settlementcard"}
# Year, prefecture, question, label, value as the card shows it.
FACTS = [
    ("令和元年度", "北海道", "令和元年度の北海道の実質収支はいくらですか", "実質収支", "9,565,708"),
    ("令和元年度", "北海道", "北海道の令和元年度の歳入総額", "歳入総額", "2,425,830,211"),
    ("令和元年度", "北海道", "北海道の軽油引取税の収入済額（令和元年度）", "軽油引取税", "55,581,104"),
    ("令和元年度", "北海道", "北海道の知事の給料月額は（令和元年度決算状況）", "知事", "9,660"),
    ("令和元年度", "東京都", "東京都の財政力指数 令和元年度", "財政力指数", "1.17736"),
    ("令和元年度", "東京都", "東京都の警察官の職員数 令和元年度", "警察官", "45,001"),
    ("令和元年度", "東京都", "東京都の教育費の決算額 令和元年度", "教育費", "1,270,718,266"),
    ("令和元年度", "東京都", "東京都の地方債現在高 令和元年度", "地方債現在高", "3,831,654,994"),
    ("令和元年度", "大阪府", "大阪府の将来負担比率は何％か（令和元年度）", "将来負担比率", "164.3"),
    ("令和元年度", "大阪府", "大阪府の人件費の決算額 令和元年度", "人件費", "672,817,170"),
    ("令和元年度", "大阪府", "大阪府の面積は何k㎡か（令和元年度の決算状況）", "面", "1,905"),
    ("令和元年度", "大阪府", "大阪府の財政調整基金の現在高 令和元年度", "財政調整基金", "156,195,297"),
    ("令和元年度", "沖縄県", "沖縄県の単年度収支 令和元年度", "単年度収支", "-1,009,041"),
    ("令和元年度", "沖縄県", "沖縄県の国庫支出金の決算額 令和元年度", "国庫支出金", "186,710,791"),
    ("令和元年度", "沖縄県", "沖縄県の経常収支比率 令和元年度", "経常収支比率", "97.1"),
    ("令和元年度", "福岡県", "福岡県の実質単年度収支 令和元年度", "実質単年度収支", "-6,389,793"),
    ("令和元年度", "福岡県", "福岡県の地方消費税の収入済額 令和元年度", "地方消費税", "187,797,013"),
    ("令和元年度", "神奈川県", "神奈川県の民生費の決算額 令和元年度", "民生費", "428,488,199"),
    ("令和元年度", "神奈川県", "神奈川県の基準財政収入額 令和元年度", "基準財政収入額", "853,498,385"),
    ("令和元年度", "宮城県", "宮城県の公債費の決算額（性質別歳出）令和元年度", "公債費", "112,996,195"),
    ("令和元年度", "宮城県", "宮城県の地方交付税の決算額 令和元年度", "地方交付税", "203,700,550"),
    ("令和元年度", "宮城県", "宮城県の実質公債費比率 令和元年度", "実質公債費比率", "12.9"),
    ("平成29年度", "北海道", "平成29年度の北海道の歳出総額", "歳出総額", "2,427,419,344"),
    ("平成29年度", "北海道", "北海道の道府県民税の収入済額 平成29年度", "道府県民税", "192,890,325"),
    ("平成29年度", "東京都", "東京都の一般職員の職員数 平成29年度", "一般職員", "45,561"),
    ("平成29年度", "東京都", "東京都の標準的な基準財政収入額 平成29年度", "基準財政収入額", "2,372,238,789"),
    ("平成29年度", "京都府", "京都府の将来負担比率 平成29年度", "将来負担比率", "283.1"),
    ("平成29年度", "京都府", "京都府の財政力指数 平成29年度", "財政力指数", "0.58837"),
    ("平成29年度", "沖縄県", "沖縄県の実質収支 平成29年度", "実質収支", "3,553,042"),
    ("平成29年度", "愛知県", "愛知県の歳入総額 平成29年度", "歳入総額", "2,282,711,847"),
]

parser = argparse.ArgumentParser()
parser.add_argument("--kura", required=True)
parser.add_argument("--models", required=True)
parser.add_argument("--data-dir")
parser.add_argument("--root", default=os.path.join(os.path.dirname(__file__), "../../../shared/data"))
parser.add_argument("--first", type=int, default=3)
options = parser.parse_args()

folded = lambda text: "".join(unicodedata.normalize("NFKC", text).split())
data = options.data_dir or tempfile.mkdtemp(prefix="kura-facts-")


def kura(*arguments):
    return subprocess.run([options.kura, "--data-dir", data, *arguments], check=True, capture_output=True, text=True).stdout


def prepare():
    if os.path.exists(os.path.join(data, "catalog.sqlite")):
        return
    for folder in ("models", "dictionary"):
        os.makedirs(os.path.join(data, folder), exist_ok=True)
    for name in os.listdir(options.models):
        if name.endswith((".gguf", ".toml")):
            os.symlink(os.path.join(os.path.abspath(options.models), name), os.path.join(data, "models", name))
    shutil.copy(os.path.join(options.models, "ipadic.dic"), os.path.join(data, "dictionary"))
    kura("init")
    started = time.time()
    kura("ingest", *(os.path.join(options.root, "files/soumu-stats", card + ".xlsx") for card in CARDS.values()))
    print(f"ingested in {time.time() - started:.0f} s")


def shows(hit, year, prefecture, label, value):
    """Whether a passage is of that card and holds the value, in a line with its label."""
    stored = hit["stored"]
    where = folded(stored["title"] + " ".join(stored["heading_path"]) + hit["place"])
    if CARDS[year] not in where or prefecture not in where:
        return False
    lines = [folded(line) for line in stored["text"].split("\n")]
    holds = re.compile(r"(?<![\d,.-])" + re.escape(folded(value)) + r"(?![\d,.])")
    return any(holds.search(line) and folded(label) in line for line in lines)


try:
    prepare()
    shown = 0
    for year, prefecture, question, label, value in FACTS:
        hits = json.loads(kura("search", question, "--limit", "10", "--json"))["passages"]
        rank = next((hit["rank"] for hit in hits if shows(hit, year, prefecture, label, value)), None)
        shown += rank is not None and rank <= options.first
        if rank is None or rank > options.first:
            best = " › ".join([hits[0]["stored"]["title"], *hits[0]["stored"]["heading_path"]]) if hits else "nothing"
            print(f"not shown (rank {rank}): {question} ({value}); first: {best}")
    print(f"facts {shown} of {len(FACTS)} shown among the first {options.first}")
finally:
    if not options.data_dir:
        shutil.rmtree(data, ignore_errors=True)
sys.exit(0 if shown == len(FACTS) else 1)
