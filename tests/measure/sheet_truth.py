#!/usr/bin/env python3
"""How much of what Excel shows does a command show?

usage: sheet_truth.py [--root DIR] [--misses N] 'COMMAND {}'

COMMAND prints a line per cell of a workbook that shows something: sheet, TAB, cell, TAB, value (`kura inspect --cells {}`).
Compares with DIR/files/sheet-truth-csv, single sheets of workbooks as Excel exported them. Compared loosely: after NFKC and
without white space; numbers by value, with the separators, signs, currencies and decimals of either side; dates by their
numbers in any order. Prints each file's share of misses, the first N of them, and the share found over all.
"""
import argparse, collections, csv, glob, io, os, re, shlex, subprocess, unicodedata

parser = argparse.ArgumentParser()
parser.add_argument("command")
parser.add_argument("--root", default=os.path.join(os.path.dirname(__file__), "../../../shared/data"))
parser.add_argument("--misses", type=int, default=3)
options = parser.parse_args()


def fold(text):
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


def numbers(text):
    found = re.findall(r"\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?", unicodedata.normalize("NFKC", text))
    return [float(n.replace(",", "")) for n in found]


def decimals(text):
    match = re.search(r"\.(\d+)", text)
    return len(match.group(1)) if match else 0


def same(want, got):
    """Whether two texts show the same value."""
    if fold(want) == fold(got):
        return True
    if set(want) == {"#"}:
        return True  # Excel's column was too narrow for it.
    a, b = numbers(want), numbers(got)
    if not a or not b or re.sub(r"[\d.,eE+\-()$¥%/:\s]", "", fold(want)) != re.sub(r"[\d.,eE+\-()$¥%/:\s年月日]", "", fold(got)):
        return False
    near = 0.5001 * 10 ** -min(decimals(want), decimals(got))
    if len(a) == len(b) == 1:
        return abs(a[0] - b[0]) <= max(near, 1e-5 * abs(a[0]) if "e" in (want + got).lower() else 0)
    short = sorted(x % 100 if x >= 1900 else x for x in a)
    return short == sorted(x % 100 if x >= 1900 else x for x in b)


def column(number):
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def moved(cell, rows, columns):
    """A cell so many rows down and columns to the right."""
    if not rows and not columns:
        return cell
    letters, row = re.match(r"([A-Z]+)(\d+)", cell).groups()
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return f"{column(number - 1 + columns)}{int(row) + rows}"


def decoded(path):
    data = open(path, "rb").read()
    for encoding in ("utf-8-sig", "cp932", "cp1252", "latin-1"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            pass


workbooks = {}
for folder, _, names in os.walk(os.path.join(options.root, "files")):
    if "sheet-truth" not in folder:
        for name in names:
            workbooks.setdefault(name, os.path.join(folder, name))

truths = collections.defaultdict(dict)
for path in sorted(glob.glob(os.path.join(options.root, "files/sheet-truth-csv/*.csv"))):
    name, sheet = re.match(r"(.*)\.(\d+)\.csv$", os.path.basename(path)).groups()
    truths[name][int(sheet)] = path

found = total = files = 0
absent = []
for name, sheets in sorted(truths.items()):
    poi = name.removeprefix("apachepoi_")
    candidates = [poi, poi.removesuffix(".xls")] if poi != name else [name, name.removesuffix(".xls")]
    workbook = next((workbooks[c] for c in candidates if c in workbooks), None)
    if workbook is None:
        absent.append(name)
        continue
    files += 1
    command = [word.replace("{}", workbook) for word in shlex.split(options.command)]
    shown = collections.defaultdict(dict)
    order = []
    output = subprocess.run(command, capture_output=True, timeout=120).stdout.decode("utf-8", "ignore")
    for line in output.split("\n"):
        parts = line.split("\t", 2)
        if len(parts) == 3:
            if parts[0] not in shown:
                order.append(parts[0])
            shown[parts[0]][parts[1]] = parts[2]
    misses = []
    cells = 0
    for number, path in sorted(sheets.items()):
        rows = list(csv.reader(io.StringIO(decoded(path))))
        want = {f"{column(c)}{r + 1}": v for r, row in enumerate(rows) for c, v in enumerate(row) if v.strip()}
        if not want:
            continue
        # A sheet's number says little where empty sheets and charts stand between, some exports begin at the first used
        # cell, and some leave rows out: take the sheet and the shift that fit best, and let the shift grow on the way.
        shifts = [(sheet, r, c) for sheet in order for r in range(20) for c in range(8)]
        sample = list(want.items())[:40]
        fits = lambda at: (sum(same(v, shown[at[0]].get(moved(k, *at[1:]), "")) for k, v in sample), -at[1] - at[2])
        best = max(shifts, key=fits, default=None)
        by_row = collections.defaultdict(list)
        for cell, value in want.items():
            by_row[int(re.sub(r"\D", "", cell))].append((cell, value))
        for _, row in sorted(by_row.items()):
            if best:
                there = lambda r: sum(same(v, shown[best[0]].get(moved(k, r, best[2]), "")) for k, v in row)
                down = max(range(best[1] - 1, best[1] + 4), key=lambda r: (there(r), -abs(r - best[1])))
                best = (best[0], down, best[2])
            for cell, value in row:
                cells += 1
                got = shown[best[0]].get(moved(cell, *best[1:]), "") if best else ""
                if same(value, got):
                    found += 1
                else:
                    misses.append((number, cell, value[:40], got[:40]))
    total += cells
    if misses:
        print(f"{len(misses)} of {cells} missed in {name}: {misses[:options.misses]}")
print(f"workbooks {files} (absent {len(absent)}); cells {found} of {total} found: {found / max(1, total):.4f}")
