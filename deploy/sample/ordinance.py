"""Sets an ordinance from its plain source text as a PDF.

The source looks like the printed text: 「第1条　…」 opens an article, 「2　…」 a paragraph (項), 「(1)　…」 an item
(号), 「ア　…」 a sub-item, 「附　則」 and 「別表」 their parts. Rows of a table are written `| a | b |`, header rows
`!| a | b |`; a cell `^` continues the one above it and `<` the one to its left. `%widths` gives the columns'
shares, `%once` sets the header on the first page only, as many printed tables do.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import BaseDocTemplate, CondPageBreak, Frame, PageTemplate, Paragraph, Spacer, Table, TableStyle

MINCHO, GOTHIC = "IPAexMincho", "IPAexGothic"
FONTS = {
    MINCHO: "/usr/share/fonts/opentype/ipaexfont-mincho/ipaexm.ttf",
    GOTHIC: "/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf",
}
MARGIN = 25 * mm
WIDTH = A4[0] - 2 * MARGIN


def style(name, **given):
    settings = {"fontName": MINCHO, "fontSize": 10.5, "leading": 17, "wordWrap": "CJK", **given}
    return ParagraphStyle(name, **settings)


STYLES = {
    "title": style("title", fontName=GOTHIC, fontSize=15, leading=24, spaceAfter=4 * mm),
    "number": style("number", alignment=2),
    "chapter": style("chapter", fontName=GOTHIC, fontSize=12, leading=20, spaceBefore=5 * mm, leftIndent=31.5, keepWithNext=1),
    "caption": style("caption", leftIndent=10.5, keepWithNext=1, spaceBefore=1.5 * mm),
    "article": style("article", leftIndent=10.5, firstLineIndent=-10.5),
    "item": style("item", leftIndent=31.5, firstLineIndent=-21),
    "sub": style("sub", leftIndent=42, firstLineIndent=-10.5),
    "part": style("part", fontName=GOTHIC, leftIndent=31.5, spaceBefore=6 * mm, keepWithNext=1),
    "table": style("table", fontName=GOTHIC, spaceBefore=7 * mm, spaceAfter=2 * mm),
    "cell": style("cell", fontSize=9.5, leading=14),
    "head": style("head", fontName=GOTHIC, fontSize=9.5, leading=14, alignment=TA_CENTER),
}

# First match wins; what matches none is running text of the line before.
KINDS = [
    ("chapter", re.compile(r"第\d+(章|節)　")),
    ("caption", re.compile(r"（[^）]*）$")),
    ("article", re.compile(r"第\d+条(の\d+)*　|\d+　")),
    ("item", re.compile(r"\(\d+\)　")),
    ("sub", re.compile(r"[ア-ン]　")),
    ("part", re.compile(r"附　則")),
    ("table", re.compile(r"別表|様式")),
    ("article", re.compile(r".")),
]


@dataclass
class Grid:
    """A table as written: its column shares and its rows of cell texts."""

    shares: list
    repeats: bool = True
    head: list = field(default_factory=list)
    rows: list = field(default_factory=list)


@dataclass
class Ordinance:
    """Title, dates and the body: (kind, text) pairs and grids, in order."""

    title: str
    promulgated: str
    number: str
    amended: list
    body: list


def read(path: Path) -> Ordinance:
    """Reads a source file."""
    header, body, amended = {}, [], []
    for line in path.read_text(encoding="utf-8").splitlines():
        if match := re.match(r"(題名|公布|番号|改正): (.*)", line):
            if match[1] == "改正":
                amended.append(match[2])
            header[match[1]] = match[2]
        elif line.startswith("%widths"):
            body.append(Grid([float(n) for n in line.split()[1:]]))
        elif line == "%once":
            body[-1].repeats = False
        elif line.startswith(("|", "!|")):
            cells = [cell.strip() for cell in line.lstrip("!").strip("| ").split(" | ")]
            (body[-1].head if line.startswith("!") else body[-1].rows).append(cells)
        elif line.strip():
            body.append((next(kind for kind, pattern in KINDS if pattern.match(line)), line))
    return Ordinance(header["題名"], header["公布"], header["番号"], amended, body)


def merges(rows):
    """The SPAN commands that the `^` and `<` cells ask for."""
    spans = []
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            if text in "^<":
                continue
            right, down = c, r
            while right + 1 < len(row) and row[right + 1] == "<":
                right += 1
            while down + 1 < len(rows) and rows[down + 1][c] == "^":
                down += 1
            if (right, down) != (c, r):
                spans.append(("SPAN", (c, r), (right, down)))
    return spans


def table(grid: Grid) -> Table:
    """The ruled table of a grid."""
    rows = grid.head + grid.rows
    count = len(grid.head)
    cells = [
        ["" if text in "^<" else Paragraph(text, STYLES["head" if r < count else "cell"]) for text in row]
        for r, row in enumerate(rows)
    ]
    total = sum(grid.shares)
    ruled = [
        ("GRID", (0, 0), (-1, -1), 0.5, colors.black),
        ("BACKGROUND", (0, 0), (-1, count - 1), colors.Color(0.93, 0.93, 0.93)),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
    ]
    widths = [WIDTH * share / total for share in grid.shares]
    return Table(cells, colWidths=widths, repeatRows=count if grid.repeats else 0, style=TableStyle(ruled + merges(rows)))


def story(ordinance: Ordinance):
    """What stands on the pages, in order."""
    yield Paragraph("○" + ordinance.title, STYLES["title"])
    yield Paragraph(ordinance.promulgated, STYLES["number"])
    yield Paragraph(ordinance.number, STYLES["number"])
    for line in ordinance.amended:
        yield Paragraph("改正　" + line, STYLES["number"])
    yield Spacer(0, 4 * mm)
    for part in ordinance.body:
        if isinstance(part, Grid):
            yield table(part)
            yield Spacer(0, 3 * mm)
        else:
            kind, text = part
            if kind == "table":  # A heading stays with the first rows; its table may run on to the next page.
                yield CondPageBreak(50 * mm)
            yield Paragraph(text, STYLES[kind])


def write(ordinance: Ordinance, to: Path, series: str):
    """Sets the ordinance as a PDF; `series` is the running head."""
    for name, file in FONTS.items():
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, file))

    def furniture(canvas, document):
        canvas.setFont(MINCHO, 8.5)
        canvas.drawRightString(A4[0] - MARGIN, A4[1] - 15 * mm, series)
        canvas.drawCentredString(A4[0] / 2, 13 * mm, f"- {document.page} -")

    document = BaseDocTemplate(
        str(to), pagesize=A4, invariant=1, title=ordinance.title, author=series, lang="ja", subject=ordinance.number
    )
    frame = Frame(MARGIN, 22 * mm, WIDTH, A4[1] - 45 * mm, 0, 0, 0, 0)
    document.addPageTemplates(PageTemplate("page", [frame], onPage=furniture))
    document.build(list(story(ordinance)))
