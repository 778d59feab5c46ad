#!/usr/bin/env python3
"""Counts the articles, paragraphs and items of regulations from their sources, without Kura's rules, and compares.

Each kind of source has a truth of its own: the classes of 例規 HTML, the columns in which Lawtext indents, the heading
marks and nested lists of Markdown, the lines of the sample's ordinances, and the marks that pdftotext prints in the model
work rules. `kura inspect --tree` must give the same list: nothing missing, nothing invented, in the same order.

usage: trees.py KURA [SHARED_DATA]
"""
import difflib
import html.parser
import pathlib
import re
import subprocess
import sys
import unicodedata

KURA = sys.argv[1]
ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT.parent / "shared" / "data" / "files"
COUNTED = {"編", "章", "節", "款", "目", "条", "項", "号", "細目", "附則", "別表", "様式"}
KANJI = {c: i for i, c in enumerate("〇一二三四五六七八九")}


def number(text):
    """12, １２, 十二, 百二十三."""
    text = unicodedata.normalize("NFKC", text)
    if text.isdigit():
        return int(text)
    whole = last = 0
    for c in text:
        if c in "十百千":
            whole += (last or 1) * {"十": 10, "百": 100, "千": 1000}[c]
            last = 0
        else:
            last = last * 10 + KANJI[c]
    return whole + last


DIGITS = "[0-9０-９〇一二三四五六七八九十百千]+"


def named(text):
    """第5条の2, 第2章 at the start: its kind and number."""
    found = re.match(rf"第({DIGITS})(編|章|節|款|目|条)((?:の{DIGITS})*)(?=[\s　（(]|$)", text)
    if not found:
        return None
    branches = [number(b) for b in found[3].split("の") if b]
    return found[2], "-".join(str(n) for n in [number(found[1]), *branches])


def attached(text):
    found = re.match(rf"(別表|様式)(?:第?({DIGITS}))?(?:の({DIGITS}))?(?=[\s　（(]|$)", text)
    if not found:
        return None
    return found[1], "-".join(str(number(n)) for n in found.groups()[1:] if n)


def outline(path):
    """What Kura finds: kinds and numbers, and how often a first paragraph bears no number of its own."""
    printed = subprocess.run([KURA, "inspect", "--tree", path], capture_output=True, text=True, check=True).stdout
    found = []
    for line in printed.splitlines():
        kind, *rest = line.strip().split(" ")
        if kind not in COUNTED:
            continue
        own = rest[0] if rest and re.fullmatch(r"[0-9-]+", rest[0]) else ""
        if kind == "項" and (len(rest) < 2 or rest[1].startswith("[")):
            continue
        found.append(f"{kind}{own}")
    return found


class Reiki(html.parser.HTMLParser):
    """例規 HTML: each numbered thing lies in a div of its class, its number in a span of class num."""

    def __init__(self):
        super().__init__()
        self.found, self.grab, self.text, self.cells = [], None, "", 0

    def handle_starttag(self, tag, attributes):
        names = (dict(attributes).get("class") or "").split()
        if tag == "td":
            self.cells += 1
        if tag == "span" and "num" in names and not self.cells:
            self.grab, self.text = "span", ""
        if tag == "p" and "s-head" in names and not self.cells:
            self.grab, self.text = "p", ""

    def handle_data(self, data):
        if self.grab:
            self.text += data

    def handle_endtag(self, tag):
        if tag == "td":
            self.cells -= 1
        if tag != self.grab:
            return
        text, self.grab = "".join(self.text.split()), None
        if text.startswith("附則"):
            self.found.append("附則")
        elif named(text):
            kind, n = named(text)
            self.found.append(f"{kind}{n}")
        elif re.fullmatch(r"\(\d+\)", text):
            self.found.append(f"号{int(text[1:-1])}")
        elif text.isdigit():
            self.found.append(f"項{int(text)}")
        elif text in "アイウエオカキクケコ" and text:
            self.found.append(f"細目{'アイウエオカキクケコ'.index(text) + 1}")


def of_reiki(path):
    reader = Reiki()
    reader.feed(path.read_text(encoding="utf-8"))
    return reader.found


def of_lawtext(path):
    """Lawtext: articles and paragraphs begin at the margin, chapters at six columns, items at two, below them at four."""
    found, contents = [], False
    for line in path.read_text(encoding="utf-8").splitlines():
        wide = line.replace("\u3000", "  ") if line.startswith("\u3000") else line
        indent, text = len(wide) - len(wide.lstrip(" ")), line.strip()
        if text == "目次":
            contents = True
            continue
        if contents:
            contents = not (indent >= 4 and named(text) and "（第" not in text)
            if contents:
                continue
        if named(text) and (indent == 0 or named(text)[0] != "条"):
            found.append("%s%s" % named(text))
        elif re.match(r"附[\s　]*則", text) and indent >= 2:
            found.append("附則")
        elif re.match(rf"{DIGITS}[\s　]", text) and indent == 0:
            found.append(f"項{number(re.match(DIGITS, text)[0])}")
        elif m := re.match(rf"[（(]([ア-ン]|{DIGITS}|[a-z])[）)]|({DIGITS})[\s　]|([ア-ン])[\s　]", text):
            sign = next(g for g in m.groups() if g)
            kana = "アイウエオカキクケコサシスセソタチツテトナニヌネノ"
            value = kana.index(sign) + 1 if sign in kana else ord(sign) - 96 if sign.isascii() and sign.isalpha() else number(sign)
            if indent >= 2:
                found.append(f"{'号' if indent == 2 else '細目'}{value}")
    return found


def of_markdown(path):
    """Markdown: parts and articles are headings, paragraphs a numbered list, items the list inside it."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        text = line.strip()
        if line.startswith("#"):
            text = text.lstrip("# ")
            if named(text):
                found.append("%s%s" % named(text))
            elif re.match(r"附[\s　]*則", text):
                found.append("附則")
        elif m := re.match(r"(\s*)(\d+)\. ", line):
            found.append(f"{'項' if len(m[1]) < 2 else '号'}{int(m[2])}")
    return found


def of_ordinance(path):
    """The sample's own sources, a line for each thing."""
    found, outside = [], False
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith(("|", "!", "%")):
            continue
        if attached(line):
            outside = True
            found.append("%s%s" % attached(line))
        elif line.startswith("附"):
            outside = False
            found.append("附則")
        elif outside:
            continue
        elif named(line):
            found.append("%s%s" % named(line))
        elif m := re.match(r"\((\d+)\)\u3000", line):
            found.append(f"号{m[1]}")
        elif m := re.match(r"(\d+)\u3000", line):
            found.append(f"項{m[1]}")
        elif m := re.match(r"([ア-ン])\u3000", line):
            found.append(f"細目{'アイウエオカキクケコ'.index(m[1]) + 1}")
    return found


def of_model_rules(path):
    """The ministry's model work rules: what stands in its frames is the rules, and an article begins 「（caption）\n第N条」."""
    printed = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout
    found, above = [], ""
    for line in printed.splitlines():
        text = unicodedata.normalize("NFKC", line).strip()
        if not text:
            continue
        chapter = re.match(r"第 ?(\d+) ?章 +[^.…]+$", text)
        article = re.match(r"第 ?(\d+) ?条(?: +\S|$)", text)
        if chapter and not re.search(r" \d+$", text):
            found.append(f"章{chapter[1]}")
        elif article and re.fullmatch(r"\(.+\)", above):
            found.append(f"条{article[1]}")
        elif re.fullmatch(r"附 *則", text):
            found.append("附則")
        above = text
    return found


def compare(name, truth, found):
    # Of the model rules the articles are counted alone: what is in them stands among the ministry's commentary.
    kinds = {re.match(r"\D+", t)[0] for t in truth}
    found = [f for f in found if re.match(r"\D+", f)[0] in kinds] if name.endswith("001018385.pdf") else found
    matcher = difflib.SequenceMatcher(None, truth, found, autojunk=False)
    missing, invented = [], []
    for op, a, b, c, d in matcher.get_opcodes():
        if op != "equal":
            missing += truth[a:b]
            invented += found[c:d]
    print(f"{name}\t{len(truth)}\t{len(missing)}\t{len(invented)}\t{' '.join(missing[:12])}\t{' '.join(invented[:12])}")
    return len(truth), len(missing), len(invented)


def main():
    tasks = []
    for folder, ending, truth in [
        ("reiki-html/reiki_honbun", ".html", of_reiki),
        ("school-regulations", ".law.txt", of_lawtext),
        ("tuqulore-handbook", ".md", of_markdown),
    ]:
        files = sorted(p for p in (DATA / folder).glob("*") if p.name.endswith(ending))
        tasks += [(p.name, truth(p), p) for p in files]
        if not files:
            print(f"skipped: {folder} is absent", file=sys.stderr)
    for source in sorted((ROOT / "deploy/sample/source").glob("*/*.ordinance")):
        pdf = ROOT / "deploy/sample/library" / source.parent.name / f"{source.stem}.pdf"
        tasks.append((pdf.name, of_ordinance(source), pdf))
    model = DATA / "mhlw-model-work-rules" / "001018385.pdf"
    if model.exists():
        tasks.append((model.name, of_model_rules(model), model))
    print("file\tin the source\tmissing\tinvented\twhich are missing\twhich are invented")
    total = [0, 0, 0]
    for name, truth, path in tasks:
        total = [a + b for a, b in zip(total, compare(name, truth, outline(path)))]
    print(f"together\t{total[0]}\t{total[1]}\t{total[2]}")
    sys.exit(1 if total[1] + total[2] else 0)


main()
