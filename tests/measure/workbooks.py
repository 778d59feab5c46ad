#!/usr/bin/env python3
"""Fidelity and speed of reading workbooks, beside openpyxl and python-calamine.

usage: workbooks.py [--root DIR] [--rows N] [--only PART] 'COMMAND {}'

COMMAND prints a line per cell that shows something (`kura inspect --cells {}`). Needs openpyxl, python-calamine and
xlsxwriter (`pip install openpyxl python-calamine xlsxwriter`).

fidelity  the share of the true cells of DIR/cells.tsv that each finds, judged by DIR/../measure/cells.py
speed     a workbook of N rows (1,000,000) and 8 columns made here: seconds, cells a second by the clock and by processor time, peak memory
"""
import argparse, os, random, shlex, subprocess, sys, tempfile, time

OPENPYXL = """
import openpyxl, sys
book = openpyxl.load_workbook(sys.argv[1], read_only=%s, data_only=True)
for sheet in book.worksheets:
    for r, row in enumerate(sheet.iter_rows(values_only=True), 1):
        for c, value in enumerate(row, 1):
            if value is not None:
                print(sheet.title, openpyxl.utils.get_column_letter(c) + str(r), str(value).replace("\\n", " ").replace("\\t", " "), sep="\\t")
"""
CALAMINE = """
import python_calamine, sys
def letters(n):
    text = ""
    while n:
        n, rest = divmod(n - 1, 26)
        text = chr(65 + rest) + text
    return text
book = python_calamine.CalamineWorkbook.from_path(sys.argv[1])
for name in book.sheet_names:
    sheet = book.get_sheet_by_name(name)
    top, left = sheet.start or (0, 0)
    for r, row in enumerate(sheet.to_python(skip_empty_area=True), top + 1):
        for c, value in enumerate(row, left + 1):
            if value != "":
                print(name, letters(c) + str(r), str(value).replace("\\n", " ").replace("\\t", " "), sep="\\t")
"""

parser = argparse.ArgumentParser()
parser.add_argument("command")
parser.add_argument("--root", default=os.path.join(os.path.dirname(__file__), "../../../shared/data"))
parser.add_argument("--rows", type=int, default=1_000_000)
parser.add_argument("--only", choices=["fidelity", "speed"])
options = parser.parse_args()


def make(path):
    import datetime, xlsxwriter

    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("台帳")
    money = book.add_format({"num_format": "#,##0"})
    date = book.add_format({"num_format": 'yyyy"年"m"月"d"日"'})
    share = book.add_format({"num_format": "0.0%"})
    chance = random.Random(7)
    sheet.write_row(0, 0, ["番号", "氏名", "住所", "区分", "金額", "日付", "割合", "備考"])
    for i in range(1, options.rows + 1):
        sheet.write_number(i, 0, i)
        sheet.write_string(i, 1, f"{chance.choice('山佐鈴高')}田太郎{i % 977}")
        sheet.write_string(i, 2, f"みなと市港町{i % 30 + 1}丁目{chance.randrange(99)}番{i % 20}号")
        sheet.write_string(i, 3, chance.choice(["市民税", "固定資産税", "国民健康保険", "介護保険"]))
        sheet.write_number(i, 4, chance.randrange(10**7), money)
        sheet.write_datetime(i, 5, datetime.datetime(2020, 1, 1) + datetime.timedelta(days=chance.randrange(2000)), date)
        sheet.write_number(i, 6, chance.random(), share)
        sheet.write_string(i, 7, f"備考{i}")
    book.close()


def timed(name, command):
    """Runs a command: seconds, lines it printed, and the peak memory of it and its children."""
    counted = f"import resource, subprocess, sys; p = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE)\n" \
        "n = 0\nfor piece in iter(lambda: p.stdout.read(1 << 20), b''): n += piece.count(b'\\n')\n" \
        "c = p.wait(); u = resource.getrusage(resource.RUSAGE_CHILDREN); print(n, u.ru_maxrss, c, u.ru_utime + u.ru_stime)"
    started = time.time()
    output = subprocess.run([sys.executable, "-c", counted, *command], capture_output=True, text=True).stdout.split()
    seconds = time.time() - started
    lines, memory, code, worked = int(output[0]), int(output[1]), int(output[2]), float(output[3])
    speed = f"{lines / seconds:,.0f} cells a second, {lines / worked:,.0f} a second of processor time"
    print(f"{name}: {seconds:.1f} s ({worked:.1f} s of processor time), {lines} cells, {speed}, {memory / 1024:.0f} MiB at most, exit {code}")


with tempfile.TemporaryDirectory() as folder:
    readers = {"kura": options.command}
    for name, source in {"openpyxl": OPENPYXL % False, "openpyxl, read-only": OPENPYXL % True, "python-calamine": CALAMINE}.items():
        path = os.path.join(folder, "read-" + name.replace(", ", "-") + ".py")
        with open(path, "w") as script:
            script.write(source)
        readers[name] = f"{shlex.quote(sys.executable)} {path} {{}}"
    if options.only != "speed":
        judge = os.path.join(options.root, "../measure/cells.py")
        for name, command in readers.items():
            if name != "openpyxl, read-only":
                result = subprocess.run([sys.executable, judge, "--root", options.root, command], capture_output=True, text=True)
                print(f"{name}: {result.stdout.strip().splitlines()[-1]}")
    if options.only != "fidelity":
        book = os.path.join(folder, "rows.xlsx")
        make(book)
        print(f"a workbook of {options.rows} rows, {os.path.getsize(book) >> 20} MiB")
        for name, command in readers.items():
            if name != "openpyxl":
                timed(name, [word.replace("{}", book) for word in shlex.split(command)])
