#!/usr/bin/env python3
"""How much of office files and web pages is read, beside other readers.

usage: office_text.py --data DIR NAME='COMMAND {}' ...

DIR holds pairs.tsv (file, true text, kind). Each COMMAND prints the text of a file; NAME=python-docx, NAME=markitdown
without a command use those packages. Prints, for each reader and format, recall and F1 over pairs of neighbouring
characters (white space, Markdown's marks and list signs left out), the files that it refused, and the seconds it took.
"""

import argparse
import collections
import csv
import re
import shlex
import subprocess
import time
from pathlib import Path

KINDS = {"docx", "pptx", "html", "odt", "odp", "doc", "ppt", "eml"}


def pairs_of(text):
    text = re.sub(r"<!--.*?-->", "", text, flags=re.S)
    text = re.sub(r"^\s*(---.*?---)\s", "", text, count=1, flags=re.S) if text.startswith("---") else text
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"^\s*(?:[-*・•]|\d+[.．])\s", "", text, flags=re.M)
    text = re.sub(r"[\s#|*_`\\:、\-–・]", "", text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return collections.Counter(zip(text, text[1:]))


def by_docx(path):
    import docx

    document = docx.Document(path)
    lines = [p.text for p in document.paragraphs]
    lines += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join(lines)


def by_markitdown(path):
    from markitdown import MarkItDown

    return MarkItDown().convert(path).text_content


def reader(command):
    if command == "python-docx":
        return by_docx
    if command == "markitdown":
        return by_markitdown

    def run(path):
        done = subprocess.run([w.replace("{}", path) for w in shlex.split(command)], capture_output=True, timeout=120)
        if done.returncode:
            raise RuntimeError(done.stderr.decode(errors="replace")[:200])
        return done.stdout.decode(errors="replace")

    return run


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True, type=Path)
    parser.add_argument("--each", action="store_true", help="print each file")
    parser.add_argument("readers", nargs="+")
    arguments = parser.parse_args()
    rows = [r for r in csv.DictReader(open(arguments.data / "pairs.tsv"), delimiter="\t") if r["kind"] in ("markdown", "html-text")]
    rows = [r for r in rows if r["file"].rsplit(".", 1)[-1] in KINDS]
    for named in arguments.readers:
        name, _, command = named.partition("=")
        read = reader(command or name)
        total, seconds = collections.defaultdict(list), 0.0
        refused = []
        for row in rows:
            kind = row["file"].rsplit(".", 1)[-1]
            if (command or name) == "python-docx" and kind != "docx":
                continue
            truth = pairs_of((arguments.data / row["truth"]).read_text())
            started = time.perf_counter()
            try:
                found = pairs_of(read(str(arguments.data / row["file"])))
            except Exception as error:
                refused.append((row["file"], str(error).strip().replace("\n", " ")[:120]))
                found = collections.Counter()
            seconds += time.perf_counter() - started
            same = sum((truth & found).values())
            recall = same / max(1, sum(truth.values()))
            precision = same / max(1, sum(found.values()))
            f1 = 2 * recall * precision / max(1e-9, recall + precision)
            total[kind].append((recall, f1))
            if arguments.each:
                print(f"  {recall:.3f} {f1:.3f} {row['file']}")
        for kind, values in sorted(total.items()):
            recall, f1 = (sum(v[i] for v in values) / len(values) for i in (0, 1))
            print(f"{name}\t{kind}\tfiles {len(values)}\trecall {recall:.3f}\tF1 {f1:.3f}")
        print(f"{name}\t{seconds:.2f} s\trefused {len(refused)} {refused}")


if __name__ == "__main__":
    main()
