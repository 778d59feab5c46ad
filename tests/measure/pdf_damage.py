#!/usr/bin/env python3
"""How much of damaged PDFs does a command still read, against poppler's pdftotext on the same damaged bytes?

usage: pdf_damage.py [--limit N] [--root DIR] 'COMMAND {}'

COMMAND prints a PDF's text on stdout; {} is replaced by the file. Takes N sound PDFs of pdfs.tsv and damages each in
every way of DAMAGES. Prints, for each way, the share of the sound file's characters that each side still reads (the
mean over the files, at most 1 a file), the files that only one of them reads, and the worst of the command's. Needs
poppler-utils.
"""
import argparse
import collections
import csv
import os
import random
import re
import shlex
import subprocess
import tempfile
import unicodedata

parser = argparse.ArgumentParser()
parser.add_argument("command")
parser.add_argument("--limit", type=int, default=40)
parser.add_argument("--root", default=os.path.join(os.path.dirname(__file__), "..", "..", "..", "shared", "data"))
parser.add_argument("--worst", type=int, default=2)
arguments = parser.parse_args()


def cut(share):
    return lambda data, numbers: data[: int(len(data) * share)]


def shifted(data, numbers):
    """Bytes were added near the beginning: every offset is wrong."""
    at = data.find(b"\n") + 1
    return data[:at] + b"% something was added here\n" + data[at:]


def without(pattern):
    return lambda data, numbers: re.sub(pattern, lambda m: b" " * len(m.group()), data)


def last_without(word):
    def damage(data, numbers):
        at = data.rfind(word)
        return data if at < 0 else data[:at] + b" " * len(word) + data[at + len(word) :]

    return damage


def holes(data, numbers):
    """Three blocks of a disk were lost."""
    data = bytearray(data)
    for _ in range(3):
        at = numbers.randrange(max(1, len(data) - 512))
        data[at : at + 512] = bytes(min(512, len(data) - at))
    return bytes(data)


def line_ends(data, numbers):
    """Sent as text: every line feed became two bytes."""
    return data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def lengths(data, numbers):
    return re.sub(rb"/Length (\d+)(?= *[/>\r\n])", lambda m: b"/Length " + str(int(m[1]) // 2).encode().rjust(len(m[1]), b"0"), data)


DAMAGES = {
    "whole": lambda data, numbers: data,
    "cut at 90 %": cut(0.9),
    "cut at 50 %": cut(0.5),
    "last kilobyte lost": lambda data, numbers: data[:-1024],
    "first 20 bytes lost": lambda data, numbers: data[20:],
    "3 KB before the header": lambda data, numbers: b"From: someone\r\n" * 200 + data,
    "offsets shifted": shifted,
    "no startxref": without(rb"startxref"),
    "no trailer": without(rb"trailer"),
    "last xref gone": last_without(b"xref"),
    "no endstream": without(rb"endstream"),
    "no endobj": without(rb"endobj"),
    "lengths halved": lengths,
    "page tree unnamed": without(rb"/Type ?/Pages\b"),
    "catalog unnamed": without(rb"/Type ?/Catalog\b"),
    "counts wrong": lambda data, numbers: re.sub(rb"/Count (\d)", b"/Count 9", data),
    "three holes": holes,
    "line ends changed": line_ends,
}


def text(argv):
    try:
        out = subprocess.run(argv, capture_output=True, timeout=60).stdout
    except subprocess.TimeoutExpired:
        return None
    squashed = unicodedata.normalize("NFKC", out.decode("utf-8", "ignore"))
    return collections.Counter(c for c in squashed if not c.isspace())


def share(found, whole):
    return sum((found & whole).values()) / sum(whole.values()) if found is not None else -1.0


rows = [
    row
    for row in csv.DictReader(open(os.path.join(arguments.root, "pdfs.tsv")), delimiter="\t")
    if row["broken"] == "no" and row["encrypted"] == "no" and row["poppler_timeout"] == "no"
    and int(row["chars"] or 0) > 200 and int(row["pages"] or 0) < 40 and int(row["bytes"]) < 2_000_000
]
random.Random(3).shuffle(rows)
with tempfile.TemporaryDirectory() as folder:
    damaged_file = os.path.join(folder, "damaged.pdf")
    wholes = {}
    for name, damage in DAMAGES.items():
        ours, theirs, only_theirs, only_ours, hung = [], [], 0, 0, 0
        for row in rows[: arguments.limit]:
            path = os.path.join(arguments.root, row["path"])
            data = open(path, "rb").read()
            if path not in wholes:
                wholes[path] = text(["pdftotext", "-q", "-enc", "UTF-8", path, "-"])
            damaged = damage(data, random.Random(row["path"]))
            if not wholes[path] or damaged == data and name != "whole":
                continue
            with open(damaged_file, "wb") as out:
                out.write(damaged)
            found = text([w.replace("{}", damaged_file) for w in shlex.split(arguments.command)])
            hung += found is None
            a, b = share(found, wholes[path]), share(text(["pdftotext", "-q", "-enc", "UTF-8", damaged_file, "-"]), wholes[path])
            ours.append((a - b, a, b, row["path"]))
            theirs.append(b)
            only_theirs += a <= 0 < b
            only_ours += b <= 0 < a
        if not ours:
            continue
        mean = sum(o[1] for o in ours) / len(ours)
        print("%-24s files %3d  command %.3f  pdftotext %.3f  only command %d  only pdftotext %d  hung %d"
              % (name, len(ours), mean, sum(theirs) / len(theirs), only_ours, only_theirs, hung), flush=True)
        for gap, a, b, path in sorted(ours)[: arguments.worst]:
            if gap < -0.02:
                print("      %.3f against %.3f  %s" % (a, b, path))
