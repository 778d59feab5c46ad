#!/usr/bin/env python3
"""How many of the characters of scanned pages does Kura recognise, and how fast?

usage: recognition.py [--kura PROGRAM] [--data DIR] [--pages N]

1. Pages of text, turned into pictures of 300 dpi and read back: the share of their characters that comes back (as a
   multiset, NFKC, without white space and leaders), and the share of what came back that is right. From the sample library, and from
   N Japanese pages of DIR (default: ../shared/data).
2. The image-only files of DIR: what `kura inspect` makes of each, with its score.
3. The scanned notice of the sample library against the text it was set from.

Needs poppler-utils (truth and pictures) and tesseract with its Japanese data.
"""

import argparse
import collections
import csv
import json
import random
import re
import subprocess
import tempfile
import time
import unicodedata
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DPI = 300

parser = argparse.ArgumentParser()
parser.add_argument("--kura", default=str(ROOT / "target/release/kura"))
parser.add_argument("--data", type=Path, default=ROOT.parent / "shared/data")
parser.add_argument("--pages", type=int, default=12)
arguments = parser.parse_args()


def squash(text):
    """Without white space, and without the dots that lead to a page number, of which nobody counts how many there are."""
    plain = "".join(c for c in unicodedata.normalize("NFKC", text) if not c.isspace())
    return re.sub(r"[.・･·‥…]{3,}", "", plain)


def shares(truth, got):
    a, b = collections.Counter(squash(truth)), collections.Counter(squash(got))
    common = sum((a & b).values())
    return common / max(1, sum(a.values())), common / max(1, sum(b.values()))


def page_text(file, page):
    return subprocess.run(["pdftotext", "-q", "-f", str(page), "-l", str(page), file, "-"], capture_output=True).stdout.decode("utf-8", "ignore")


def picture_of(file, page):
    """A PDF that holds nothing but the page's picture."""
    drawn = subprocess.run(["pdftoppm", "-q", "-gray", "-r", str(DPI), "-f", str(page), "-l", str(page), file], capture_output=True).stdout
    head = re.match(rb"P5\s(\d+)\s(\d+)\s255\s", drawn)
    width, height = int(head[1]), int(head[2])
    packed = zlib.compress(drawn[head.end() :], 6)
    points = (width * 72 / DPI, height * 72 / DPI)
    content = b"%.2f 0 0 %.2f 0 0 cm /I Do" % points
    image = b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode /Length %d >>\nstream\n"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %.2f %.2f] /Contents 4 0 R /Resources << /XObject << /I 5 0 R >> >> >>" % points,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        image % (width, height, len(packed)) + packed + b"\nendstream",
    ]
    out, places = b"%PDF-1.5\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % p for p in places)
    return out + b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % table


def inspect(file):
    since = time.time()
    with tempfile.TemporaryDirectory() as data:
        called = subprocess.run([arguments.kura, "--data-dir", data, "inspect", "--json", "--recognition-seconds", "120", str(file)], capture_output=True)
    seconds = time.time() - since
    return (json.loads(called.stdout) if called.returncode == 0 else None), seconds, called.stderr.decode("utf-8", "ignore").strip()


def printed(seen):
    """What the pages show: without the headers that rows of tables are written with."""
    text = seen["document"]["text"].encode()
    spans = (line["span"] for block in seen["document"]["blocks"] for line in block["place"].get("lines", []))
    return " ".join(text[s["start"] : s["end"]].decode("utf-8", "ignore") for s in spans)


def pages_to_try():
    library = sorted((ROOT / "deploy/sample/library").glob("*/*.pdf"))
    for file in library:
        if page_text(file, 1).strip():
            yield from ((file, page) for page in (2, 3))
    table = arguments.data / "pdfs.tsv"
    if not table.exists():
        print("skipped: no further pages in", arguments.data)
        return
    rows = [
        r
        for r in csv.DictReader(table.open(encoding="utf-8"), delimiter="\t")
        if int(r["kana_chars"] or 0) > 2000 and r["broken"] == r["encrypted"] == r["vertical"] == "no" and r["suspect_chars"] == "0"
    ]
    random.Random(3).shuffle(rows)
    yield from ((arguments.data / r["path"], min(3, int(r["pages"]))) for r in rows[: arguments.pages])


def mean(values):
    return sum(values) / max(1, len(values))


print("1. pages turned into pictures: recall, precision, score, seconds")
groups = collections.defaultdict(list)
with tempfile.TemporaryDirectory() as folder:
    for file, page in pages_to_try():
        truth = page_text(file, page)
        if len(squash(truth)) < 200:
            continue
        scan = Path(folder) / "scan.pdf"
        scan.write_bytes(picture_of(file, page))
        seen, seconds, said = inspect(scan)
        if seen is None:
            print("   not read:", file.name, said)
            continue
        recall, precision = shares(truth, printed(seen))
        group = "sample library" if ROOT in file.parents else "public papers"
        groups[group].append((recall, precision, seconds))
        print(f"   {recall:.3f} {precision:.3f} {seen['document']['pages'][0]['reading']['score']:.2f} {seconds:5.1f}  {file.name} page {page}")
for group, rows in groups.items():
    recalls, precisions, times = zip(*rows)
    print(f"   {group}: {len(rows)} pages, recall {mean(recalls):.4f} (worst {min(recalls):.3f}), precision {mean(precisions):.4f}, {60 / mean(times):.0f} pages a minute")

print("2. image-only files: pages, origin of the first, mean score, characters, seconds")
table = arguments.data / "pdfs.tsv"
for row in csv.DictReader(table.open(encoding="utf-8"), delimiter="\t") if table.exists() else []:
    if row["image_only"] != "yes" or row["password"]:
        continue
    seen, seconds, said = inspect(arguments.data / row["path"])
    if seen is None:
        print("   refused:", row["path"], "-", said.splitlines()[0] if said else "")
        continue
    readings = [p["reading"] for p in seen["document"]["pages"]]
    origins = ",".join(f"{n} {o}" for o, n in collections.Counter(r["origin"] for r in readings).items())
    text = squash(printed(seen))
    print(f"   {origins:24} {mean([r['score'] for r in readings]):.2f} {len(text):6} {seconds:5.1f}  {row['path']}  {text[:40]}")

print("3. the scanned notice")
source = ROOT / "deploy/sample/source/municipal/粗大ごみ臨時収集のお知らせ.scan.typ"
body = source.read_text(encoding="utf-8").split("#align(right)", 1)[1]
body = re.sub(r"#\w+(\([^()]*\))?|//.*|\\$|[\[\]{}#]|columns: \([^)]*\),|\(\s*$", "", body, flags=re.M)
truth = "".join(c for c in body if ord(c) > 0x7F or c.isdigit() or c == "-")
seen, seconds, said = inspect(ROOT / "deploy/sample/library/municipal/粗大ごみ臨時収集のお知らせ.pdf")
recall, precision = shares(truth, printed(seen)) if seen else (0.0, 0.0)
print(f"   recall {recall:.3f}, precision {precision:.3f}, score {seen['document']['pages'][0]['reading']['score']:.2f}, {seconds:.1f} s" if seen else f"   not read: {said}")
