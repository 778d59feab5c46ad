#!/usr/bin/env python3
"""Makes the sample library: the papers of a fictional city, its university and its helpdesk.

usage: make.py [FOLDER]    (default: library/ beside this script)

Needs the packages of requirements.txt and Debian's fonts-ipaexfont. The results are committed, so nobody needs to
run this to use the appliance; run it after a change to source/ and commit both. The same source gives the same bytes.
"""

import shutil
import sys
from pathlib import Path

import typst

import ordinance
import scans
import workbooks

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "source"
SERIES = {"municipal": "みなと市例規集", "university": "みなと市立大学規程集"}
FONT_FOLDERS = ["/usr/share/fonts/opentype", "/usr/share/fonts/truetype/liberation", "/usr/share/fonts/truetype/dejavu"]


def set_texts(to: Path):
    """Everything that has a source file: ordinances and manuals are typeset, notices scanned, texts copied."""
    for source in sorted(file for file in SOURCE.glob("*/*") if file.is_file()):
        target = to / source.parent.name / source.name
        if source.suffix == ".ordinance":
            ordinance.write(ordinance.read(source), target.with_suffix(".pdf"), SERIES[source.parent.name])
        elif source.name.endswith(".scan.typ"):
            scans.write(source, target.with_name(source.name.replace(".scan.typ", ".pdf")), FONT_FOLDERS)
        elif source.suffix == ".typ":
            typst.compile(str(source), output=str(target.with_suffix(".pdf")), font_paths=FONT_FOLDERS, ignore_system_fonts=True)
        elif source.suffix == ".txt":  # As an office's editor saves it.
            target.write_bytes(source.read_text(encoding="utf-8").replace("\n", "\r\n").encode("cp932"))
        else:
            shutil.copyfile(source, target)


def set_editions(to: Path):
    """The ordinance that was amended three times, the last time for a day to come: a folder for each text, under one name."""
    for source in sorted(SOURCE.glob("editions/*/*.ordinance")):
        target = to / source.relative_to(SOURCE).with_suffix(".pdf")
        target.parent.mkdir(parents=True)
        ordinance.write(ordinance.read(source), target, SERIES["municipal"])


def fill_workbooks(to: Path):
    """The lists and workbooks."""
    workbooks.write_xlsx(workbooks.sports_fees(), to / "municipal" / "施設使用料一覧.xlsx")
    workbooks.write_xlsx(workbooks.citizen_faq(), to / "municipal" / "市民課よくある質問.xlsx")
    workbooks.write_csv(workbooks.FACILITIES, to / "municipal" / "公共施設一覧.csv", "cp932")
    workbooks.write_csv(workbooks.COLLECTION_DAYS, to / "municipal" / "ごみ収集曜日一覧.csv", "utf-8-sig")
    workbooks.write_ods(workbooks.CONTACTS, to / "municipal" / "緊急連絡先一覧.ods")
    workbooks.write_xlsx(workbooks.tuition(), to / "university" / "学費一覧.xlsx")
    workbooks.write_xlsx(workbooks.helpdesk_faq(), to / "helpdesk" / "ヘルプデスクFAQ.xlsx")


def main():
    to = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "library"
    for room in ("municipal", "university", "helpdesk"):
        shutil.rmtree(to / room, ignore_errors=True)
        (to / room).mkdir(parents=True)
    shutil.rmtree(to / "editions", ignore_errors=True)
    set_texts(to)
    set_editions(to)
    fill_workbooks(to)
    files = [file for file in to.rglob("*") if file.is_file()]
    print(f"{len(files)} files, {sum(file.stat().st_size for file in files):,} bytes in {to}")


if __name__ == "__main__":
    main()
