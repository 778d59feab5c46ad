#!/usr/bin/env python3
"""All of docs/measurements/office.md in one run: workbooks, Word, PowerPoint and web pages, beside other readers.

usage: office.py KURA [--root DIR] [--rows N]

KURA is the binary. Needs openpyxl, python-calamine, xlsxwriter, python-docx and markitdown
(`pip install openpyxl python-calamine xlsxwriter python-docx 'markitdown[docx,pptx]'`).
"""

import argparse
import os
import shlex
import subprocess
import sys

here = os.path.dirname(os.path.abspath(__file__))
parser = argparse.ArgumentParser()
parser.add_argument("kura")
parser.add_argument("--root", default=os.path.join(here, "../../../shared/data"))
parser.add_argument("--rows", type=int, default=1_000_000)
options = parser.parse_args()

kura, root = shlex.quote(os.path.abspath(options.kura)), os.path.abspath(options.root)
cells, text = f"{kura} inspect --cells {{}}", f"{kura} inspect --text {{}}"
runs = [
    ("workbooks", ["workbooks.py", cells, "--root", root, "--rows", str(options.rows)]),
    ("what Excel shows", ["sheet_truth.py", cells]),
    ("Word, PowerPoint, web pages", ["office_text.py", "--data", root, f"kura={text}", "python-docx", "markitdown"]),
]
worst = 0
for name, (script, *arguments) in runs:
    print(f"== {name}", flush=True)
    worst = max(worst, subprocess.run([sys.executable, os.path.join(here, script), *arguments]).returncode)
sys.exit(worst)
