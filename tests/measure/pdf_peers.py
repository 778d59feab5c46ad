#!/usr/bin/env python3
"""Kura beside other readers of PDF: fidelity, speed and memory, in one run over one list.

usage: pdf_peers.py [--cjk] [--limit N] [--rounds R] [--python PYTHON] [--root DIR] [--json FILE] 'kura inspect --text {}'

Every side is a process for each file, and the sides take turns at each file, so that a busy moment of the machine hits
all of them. Fidelity is that of ../shared/measure/pdf_text_fidelity.py: characters and triples against pdftotext after
NFKC, spaces apart. Speed is told by the clock and by the processor's time, summed over the files, each side's median of R rounds; memory is the largest resident
set of any process that the command had. PYTHON is an interpreter that has the peers installed (pypdf, pdfminer.six,
pdfplumber, kreuzberg); those that it lacks are left out. Needs poppler-utils.
"""
import argparse
import collections
import csv
import json
import os
import random
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
import unicodedata

PEERS = {
    "pypdf": "import sys, pypdf\nprint('\\n'.join(p.extract_text() for p in pypdf.PdfReader(sys.argv[1]).pages))",
    "pdfminer.six": "import sys\nfrom pdfminer.high_level import extract_text\nprint(extract_text(sys.argv[1]))",
    "pdfplumber": "import sys, pdfplumber\nwith pdfplumber.open(sys.argv[1]) as pdf: print('\\n'.join(p.extract_text() or '' for p in pdf.pages))",
    "kreuzberg": "import sys, kreuzberg\nprint(kreuzberg.extract_file_sync(sys.argv[1]).content)",
}

parser = argparse.ArgumentParser()
parser.add_argument("command")
parser.add_argument("--cjk", action="store_true")
parser.add_argument("--limit", type=int, default=100)
parser.add_argument("--rounds", type=int, default=1)
parser.add_argument("--python", default=sys.executable)
parser.add_argument("--only", nargs="*", default=list(PEERS))
parser.add_argument("--seconds", type=int, default=60)
parser.add_argument("--root", default=os.path.join(os.path.dirname(__file__), "..", "..", "..", "shared", "data"))
parser.add_argument("--json")
arguments = parser.parse_args()

rows = [
    row
    for row in csv.DictReader(open(os.path.join(arguments.root, "pdfs.tsv")), delimiter="\t")
    if row["broken"] == "no" and row["encrypted"] == "no" and row["poppler_timeout"] == "no" and int(row["chars"] or 0) > 50
    and int(row["pages"] or 0) < 120 and (not arguments.cjk or int(row["kana_chars"] or 0) > 20)
]
random.Random(1).shuffle(rows)
rows = [row for row in rows[: arguments.limit] if os.path.exists(os.path.join(arguments.root, row["path"]))]


def installed(code):
    module = code.split("\n")[0].replace("import sys, ", "import ").replace("import sys", "import pdfminer")
    return subprocess.run([arguments.python, "-c", module], capture_output=True).returncode == 0


def squash(data):
    text = unicodedata.normalize("NFKC", data.decode("utf-8", "ignore"))
    return "".join(c for c in text if not c.isspace())


def f1(reference, found, n):
    a, b = (collections.Counter(t[i : i + n] for i in range(len(t) - n + 1)) for t in (reference, found))
    return 2 * sum((a & b).values()) / max(1, sum(a.values()) + sum(b.values()))


def run(argv):
    """Text, seconds by the clock and of the processor, and the largest resident set in MB of a process and its children."""
    with tempfile.TemporaryFile() as out:
        since = time.perf_counter()
        child = subprocess.Popen(argv, stdout=out, stderr=subprocess.DEVNULL)
        deadline = since + arguments.seconds
        while True:
            pid, _, usage = os.wait4(child.pid, os.WNOHANG)
            if pid:
                break
            if time.perf_counter() > deadline:
                child.kill()
                _, _, usage = os.wait4(child.pid, 0)
                break
            time.sleep(0.0005)
        seconds = time.perf_counter() - since
        child.returncode = 0
        out.seek(0)
        return squash(out.read()), (seconds, usage.ru_utime + usage.ru_stime), usage.ru_maxrss / 1024


sides = {"pdftotext": lambda f: ["pdftotext", "-q", "-enc", "UTF-8", f, "-"], "Kura": lambda f: [w.replace("{}", f) for w in shlex.split(arguments.command)]}
for name, code in PEERS.items():
    if name in arguments.only and installed(code):
        sides[name] = lambda f, code=code: [arguments.python, "-c", code, f]

told = collections.defaultdict(lambda: {"f1": [], "triples": [], "below": 0, "failed": 0, "seconds": 0.0, "cpu": 0.0, "memory": 0.0})
pages = 0
for row in rows:
    path = os.path.join(arguments.root, row["path"])
    pages += int(row["pages"])
    times = collections.defaultdict(list)
    texts = {}
    for _ in range(arguments.rounds):
        for side, argv in sides.items():
            texts[side], seconds, memory = run(argv(path))
            times[side].append(seconds)
            told[side]["memory"] = max(told[side]["memory"], memory)
    for side in sides:
        told[side]["seconds"] += statistics.median(wall for wall, _ in times[side])
        told[side]["cpu"] += statistics.median(cpu for _, cpu in times[side])
        if texts["pdftotext"]:
            share = f1(texts["pdftotext"], texts[side], 1)
            told[side]["f1"].append(share)
            told[side]["triples"].append(f1(texts["pdftotext"], texts[side], 3))
            told[side]["below"] += share < 0.95
            told[side]["failed"] += not texts[side]

print("%d files, %d pages, %s; a process a file, %d round(s) in turn" % (len(rows), pages, "Japanese" if arguments.cjk else "all kinds", arguments.rounds))
print("| | characters F1 | triples F1 | files under 0.95 | nothing read | pages/s by the clock | pages/s of the processor | against pdftotext, clock | processor | peak memory |")
print("|---|---|---|---|---|---|---|---|---|---|")
base = told["pdftotext"]
for side in sides:
    t = told[side]
    print("| %s | %.4f | %.4f | %d | %d | %.0f | %.0f | %.2f | %.2f | %.0f MB |"
          % (side, statistics.mean(t["f1"]), statistics.mean(t["triples"]), t["below"], t["failed"], pages / t["seconds"], pages / t["cpu"],
             base["seconds"] / t["seconds"], base["cpu"] / t["cpu"], t["memory"]))
if arguments.json:
    with open(arguments.json, "w") as out:
        json.dump({side: {**told[side], "f1": statistics.mean(told[side]["f1"]), "triples": statistics.mean(told[side]["triples"])} for side in sides}, out, indent=1)
