#!/usr/bin/env python3
"""Reads damaged copies of workbooks, office files, web pages, letters and archives, and tells which break the reader.

usage: damaged_office.py INSPECT FOLDER [--minutes N] [--seed N] [--keep DIR]

INSPECT is the example of the ingest room (`cargo build --release -p ingest --example inspect`), whose panics name the place.
The copies are damaged as bytes and, where the file is an archive, inside its parts (numbers, names, order, repetition), which
byte flips alone hardly reach. A finding is a panic of Kura's own code, a signal, more than 20 s or more than 1.5 GiB.
Findings are kept in DIR.
"""

import argparse
import io
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
import zipfile

KINDS = {
    "workbook": ("xlsx", "xlsm", "xlsb", "xls", "ods"),
    "delimited": ("csv", "tsv"),
    "office": ("docx", "docm", "pptx", "odt", "odp"),
    "web": ("html", "htm"),
    "mail": ("eml",),
    "bundle": ("zip",),
}
NUMBERS = ["0", "-1", "1", "255", "65536", "1048577", "2147483647", "-2147483648", "4294967295", "99999999999999999999", "1e308", "NaN", ""]

parser = argparse.ArgumentParser()
parser.add_argument("inspect")
parser.add_argument("folder")
parser.add_argument("--minutes", type=float, default=5, help="for each kind")
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--only", choices=KINDS)
parser.add_argument("--keep", default="findings")
options = parser.parse_args()
chance = random.Random(options.seed)


def damaged(data):
    data = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        if len(data) < 8:
            break
        at = chance.randrange(len(data))
        until = min(len(data), at + chance.randint(1, 64))
        match chance.randrange(7):
            case 0:
                data[at] ^= 1 << chance.randrange(8)
            case 1:
                del data[at:until]
            case 2:
                data[at:at] = data[at:until] * chance.randint(1, 50)
            case 3:
                data[at:until] = bytes(chance.choice([0, 255]) for _ in range(until - at))
            case 4:
                other = chance.randrange(len(data))
                data[at:until] = data[other : other + until - at]
            case 5:
                found = list(re.finditer(rb"\d+", bytes(data[at : at + 4096])))
                if found:
                    one = chance.choice(found)
                    data[at + one.start() : at + one.end()] = chance.choice(NUMBERS).encode()
            case 6:
                del data[chance.randrange(len(data) // 2, len(data)) :]
    return bytes(data)


def damaged_inside(data):
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        parts = [(i, archive.read(i)) for i in archive.infolist() if i.file_size < 2_000_000]
    except Exception:
        return damaged(data)
    if not parts:
        return damaged(data)
    hit = set(chance.sample(range(len(parts)), min(len(parts), chance.randint(1, 3))))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as into:
        for at, (info, content) in enumerate(parts):
            if at in hit and chance.random() < 0.05:
                continue
            into.writestr(info.filename, damaged(content) if at in hit else content)
    return out.getvalue()


def bounded():
    resource.setrlimit(resource.RLIMIT_AS, (1536 << 20, 1536 << 20))


def seeds(endings):
    for folder, _, names in os.walk(options.folder, followlinks=True):
        for name in names:
            path = os.path.join(folder, name)
            if name.lower().rsplit(".", 1)[-1] in endings and os.path.getsize(path) < 200_000:
                yield path


own = re.compile(r"panicked at [^\n]*(?:ingest/src|appliance/core)[^\n]*\n[^\n]*")
for kind, endings in KINDS.items():
    if options.only and kind != options.only:
        continue
    paths = sorted(seeds(endings))
    until, tried, found = time.time() + options.minutes * 60, 0, {}
    with tempfile.TemporaryDirectory() as folder:
        while paths and time.time() < until:
            seed = chance.choice(paths)
            with open(seed, "rb") as file:
                original = file.read()
            data = damaged_inside(original) if chance.random() < 0.7 else damaged(original)
            copy = os.path.join(folder, "copy." + seed.rsplit(".", 1)[-1])
            with open(copy, "wb") as file:
                file.write(data)
            tried += 1
            try:
                done = subprocess.run([options.inspect, copy, "--passages"], capture_output=True, timeout=20, preexec_fn=bounded)
                said = done.stderr.decode(errors="replace")
                panic = own.search(said)
                what = panic.group() if panic else f"exit {done.returncode}: {said[-200:]}" if done.returncode not in (0, 1) else None
            except subprocess.TimeoutExpired:
                what = "more than 20 s"
            if what and what not in found:
                os.makedirs(options.keep, exist_ok=True)
                kept = os.path.join(options.keep, f"{kind}-{len(found)}.{copy.rsplit('.', 1)[-1]}")
                with open(kept, "wb") as file:
                    file.write(data)
                found[what] = kept
                print(f"  {kept}: {what} (from {seed})", flush=True)
    print(f"{kind}: {tried} damaged copies of {len(paths)} files, {len(found)} findings", flush=True)
