#!/usr/bin/env python3
"""How fast does Kura read born-digital PDFs, beside poppler's pdftotext, on one list in one run?

usage: pdf_speed.py [--cjk] [--limit N] [--rounds R] [--root DIR] KURA [COMMAND]

KURA is the binary. Two comparisons, each in R rounds of both sides in turn, of which the medians count:

- a process a file: `COMMAND FILE` (by default `KURA inspect --text`, which reads in a confined process of its own and
  cuts passages) against `pdftotext FILE -`;
- the work alone: `KURA bench ingest` over the whole list in one process on one thread, from the file to its passages,
  against the sum of the pdftotext processes.

Needs poppler-utils.
"""
import argparse
import csv
import json
import os
import random
import shlex
import statistics
import subprocess
import time

parser = argparse.ArgumentParser()
parser.add_argument("kura")
parser.add_argument("command", nargs="?")
parser.add_argument("--cjk", action="store_true")
parser.add_argument("--limit", type=int, default=100)
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--root", default=os.path.join(os.path.dirname(__file__), "..", "..", "..", "shared", "data"))
arguments = parser.parse_args()

rows = [
    row
    for row in csv.DictReader(open(os.path.join(arguments.root, "pdfs.tsv")), delimiter="\t")
    if row["broken"] == "no" and row["encrypted"] == "no" and row["poppler_timeout"] == "no" and row["image_only"] == "no"
    and int(row["chars"] or 0) > 50 and int(row["pages"] or 0) < 120 and (not arguments.cjk or int(row["kana_chars"] or 0) > 20)
]
random.Random(1).shuffle(rows)
files = [(os.path.join(arguments.root, row["path"]), int(row["pages"])) for row in rows[: arguments.limit]]
pages = sum(count for _, count in files)
command = shlex.split(arguments.command) if arguments.command else [arguments.kura, "inspect", "--text"]


def took(argv):
    """Seconds by the clock, and of the processor: the second does not mind what else the machine does."""
    before, since = os.times(), time.perf_counter()
    subprocess.run(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=300)
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - since, spent


took(command + [files[0][0]])
rounds, bench = [], []
for _ in range(arguments.rounds):
    pairs = [took(command + [path]) + took(["pdftotext", "-q", "-enc", "UTF-8", path, "-"]) for path, _ in files]
    rounds.append([sum(column) for column in zip(*pairs)])
    argv = [arguments.kura, "bench", "ingest", "--json", *[path for path, _ in files]]
    before = os.times()
    told = subprocess.run(argv, capture_output=True, check=True).stdout
    after = os.times()
    bench.append({**json.loads(told), "cpu": after.children_user + after.children_system - before.children_user - before.children_system})
print("files %d, pages %d, medians of %d rounds" % (len(files), pages, arguments.rounds))
clock, cpu, their_clock, their_cpu = (statistics.median(column) for column in zip(*rounds))
for name, kura, poppler in (("clock", clock, their_clock), ("processor", cpu, their_cpu)):
    alone = statistics.median(b["seconds" if name == "clock" else "cpu"] for b in bench)
    print("%-9s  a process a file: command %.2f s (%.0f pages/s), pdftotext %.2f s (%.0f pages/s), ratio %.2f" % (name, kura, pages / kura, poppler, pages / poppler, poppler / kura))
    print("%-9s  the work alone: kura bench ingest %.2f s (%.0f pages/s), ratio %.2f" % (name, alone, pages / alone, poppler / alone))
print("peak memory of kura bench ingest: %.0f MB" % max(b["peak_megabytes"] or 0 for b in bench))
last = bench[-1]
print("stages: " + ", ".join("%s %.1f %%" % (s["stage"], 100 * s["share"]) for s in last["stages"]))
