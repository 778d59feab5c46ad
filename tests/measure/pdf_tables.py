#!/usr/bin/env python3
"""How many of the true cells of PDF tables does a command read, and how many rows stay whole?

usage: pdf_tables.py [--data DIR] [--misses N] [--only PART] 'COMMAND {}'

COMMAND prints a PDF as `kura inspect --json` does; {} is replaced by the file. The pairs of kind `pdf-table-cells` in
DIR/pairs.tsv name each PDF's CSV and the share of its cells that poppler's pdftotext finds.

cells  the share of the CSV's cells, filled ones under its header line, that stand in the document's text
rows   the share of its rows whose filled cells all stand in one row block, in their order; labels between them are passed over

Compared after NFKC and without white space, in two ways. Strictly, as the poppler figures are. And fairly: the CSVs were
cleaned by hand, so dashes, waves, middle dots, quotation marks and full stops count as one sign each of their kind, and
letters without regard to case. `fair` figures say how much of what is missed is only such a change.
"""
import argparse, csv, json, os, re, shlex, subprocess, sys, unicodedata

SIGNS = [("-", "‐‑‒–—―−ー－ｰ─━"), ("~", "～〜∼˜"), (",", "、，､"), (".", "。．｡"), ("・", "･·•‧"), ("'", "’‘`´"), ('"', "”“″")]
FAIR = {ord(c): sign for sign, kind in SIGNS for c in kind}


def squashed(text):
    return "".join(unicodedata.normalize("NFKC", text).split())


def fair(text):
    return squashed(text).translate(FAIR).lower()


def in_order(cells, row):
    at = 0
    for cell in cells:
        at = row.find(cell, at)
        if at < 0:
            return False
        at += len(cell)
    return True


def share(part, whole):
    return part / whole if whole else 1.0


def measured(rows, blocks, text, form):
    cells = [form(c) for row in rows for c in row if form(c)]
    whole = form(text)
    missed = sorted({c for c in cells if c not in whole})
    found = sum(c in whole for c in cells)
    forms = [form(b) for b in blocks]
    broken = [row for row in rows if not any(in_order([form(c) for c in row if form(c)], b) for b in forms)]
    return share(found, len(cells)), share(len(rows) - len(broken), len(rows)), missed, broken


def true_rows(path):
    with open(path, encoding="utf-8-sig", newline="") as lines:
        return [row for row in list(csv.reader(lines))[1:] if any(c.strip() for c in row)]


def read(command, path):
    out = subprocess.run([w.replace("{}", path) for w in shlex.split(command)], capture_output=True, timeout=300)
    if out.returncode:
        return "", []
    document = json.loads(out.stdout)["document"]
    raw = document["text"].encode()
    blocks = [raw[b["span"]["start"]:b["span"]["end"]].decode() for b in document["blocks"] if b["kind"] == "row"]
    return document["text"], blocks


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command")
    parser.add_argument("--data", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../shared/data"))
    parser.add_argument("--misses", type=int, default=0, help="print so many misses of each file")
    parser.add_argument("--only", default="", help="only files whose path contains this")
    a = parser.parse_args()
    table = os.path.join(a.data, "pairs.tsv")
    if not os.path.exists(table):
        print("skipped: no", table)
        return 0
    pairs = {r["file"]: r for r in csv.DictReader(open(table, encoding="utf-8"), delimiter="\t") if r["kind"] == "pdf-table-cells"}
    figures, under = [], 0
    print("cells  fair   poppler  rows   fair   file")
    for file, pair in pairs.items():
        if a.only not in file:
            continue
        rows = true_rows(os.path.join(a.data, pair["truth"]))
        text, blocks = read(a.command, os.path.join(a.data, file))
        strict, loose = measured(rows, blocks, text, squashed), measured(rows, blocks, text, fair)
        poppler = float(pair["poppler_recall"])
        under += round(strict[0], 3) < poppler
        figures.append((strict[0], loose[0], strict[1], loose[1]))
        print("%.3f  %.3f  %.3f    %.3f  %.3f  %s" % (strict[0], loose[0], poppler, strict[1], loose[1], file))
        for cell in loose[2][: a.misses]:
            print("    cell:", cell)
        for row in loose[3][: a.misses]:
            print("    row: ", "|".join(row))
    mean = [sum(f[i] for f in figures) / max(1, len(figures)) for i in range(4)]
    print("files %d  cells %.4f (fair %.4f)  rows %.4f (fair %.4f)  under poppler %d" % (len(figures), *mean, under))
    return 0


if __name__ == "__main__":
    sys.exit(main())
