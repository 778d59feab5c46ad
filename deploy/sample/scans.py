"""Scans: papers that were printed and put on a scanner, as PDFs that hold nothing but a picture."""

import io
import random
import tempfile
from pathlib import Path

import typst
from PIL import Image, ImageFilter

DPI = 300
TILT = 0.7  # Degrees, clockwise: a sheet seldom lies quite straight.
SPECKS = 900


def write(source: Path, target: Path, font_folders: list[str]):
    """Typesets a page, scans it, and wraps the scan in a PDF. The same source gives the same bytes."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.png"
        typst.compile(str(source), output=str(page), font_paths=font_folders, ignore_system_fonts=True, ppi=DPI)
        picture = Image.open(page).convert("L")
    target.write_bytes(pdf(scanned(picture)))


def scanned(picture: Image.Image) -> Image.Image:
    """The page as a scanner sees it: tilted, a little soft, with specks, in black and white."""
    chance = random.Random(218)
    grey = picture.rotate(-TILT, resample=Image.Resampling.BICUBIC, fillcolor=255).filter(ImageFilter.GaussianBlur(0.9))
    width, height = grey.size
    pixels = grey.load()
    # Paper and lamp are uneven: the shade at which a pixel turns black wanders over the sheet.
    wander = [[chance.gauss(0, 7) for _ in range(9)] for _ in range(13)]
    for y in range(height):
        row, down = divmod(y * 12 / height, 1)
        for x in range(width):
            if pixels[x, y] == 255:
                continue
            column, right = divmod(x * 8 / width, 1)
            a, b = wander[int(row)], wander[int(row) + 1]
            shift = (a[int(column)] * (1 - right) + a[int(column) + 1] * right) * (1 - down)
            shift += (b[int(column)] * (1 - right) + b[int(column) + 1] * right) * down
            pixels[x, y] = 0 if pixels[x, y] + chance.gauss(0, 12) < 172 + shift else 255
    for _ in range(SPECKS):
        x, y = chance.randrange(2, width - 3), chance.randrange(2, height - 3)
        for dx, dy in ((0, 0), (1, 0), (0, 1))[: chance.randint(1, 3)]:
            pixels[x + dx, y + dy] = 0
    return grey.convert("1", dither=Image.Dither.NONE)


def pdf(picture: Image.Image) -> bytes:
    """One page with one picture, compressed as scanners do it (ITU-T T.6)."""
    width, height = picture.size
    points = [f"{side * 72 / DPI:.2f}" for side in (width, height)]
    packed = group4(picture)
    content = f"q {points[0]} 0 0 {points[1]} 0 0 cm /Im0 Do Q".encode()
    parameters = f"<< /K -1 /Columns {width} /Rows {height} /BlackIs1 true >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {points[0]} {points[1]}] /Contents 4 0 R /Resources << /XObject << /Im0 5 0 R >> >> >>".encode(),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        f"<< /Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /CCITTFaxDecode /DecodeParms {parameters} /Length {len(packed)} >>\nstream\n".encode()
        + packed
        + b"\nendstream",
    ]
    file = io.BytesIO()
    file.write(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(file.tell())
        file.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    table = file.tell()
    file.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for place in places:
        file.write(b"%010d 00000 n \n" % place)
    file.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table))
    return file.getvalue()


def group4(picture: Image.Image) -> bytes:
    """The picture's strip as a TIFF writer packs it."""
    file = io.BytesIO()
    picture.save(file, format="TIFF", compression="group4", strip_size=1 << 30)
    file.seek(0)
    tiff = Image.open(file)
    offsets, counts = tiff.tag_v2[273], tiff.tag_v2[279]
    if len(offsets) != 1:
        raise ValueError("the picture was packed in several strips")
    # The packer takes set bits for ink, and set bits are white here (photometric interpretation 1): hence BlackIs1.
    if tiff.tag_v2[262] != 1:
        raise ValueError("the picture was packed with white as 0")
    return file.getvalue()[offsets[0] : offsets[0] + counts[0]]
