"""PDFs written by hand to exhaust or mislead a reader; a few hundred bytes each."""

from __future__ import annotations

import zlib


def pdf_of(objects: dict[int, bytes], root: int = 1) -> bytes:
    """A PDF file of numbered objects with a correct cross-reference table."""
    out, places = bytearray(b"%PDF-1.7\n"), {}
    for number, body in sorted(objects.items()):
        places[number] = len(out)
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, place)
    size = max(objects) + 1
    out += b"trailer\n<</Root %d 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n" % (root, size, table)
    return bytes(out)


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<</Length %d%s>>stream\n" % (len(content), entries) + content + b"\nendstream"


def deflated(block: bytes, n_blocks: int) -> bytes:
    """So many copies of a block, deflated; the block is packed once, so that a gigabyte takes no time."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)  # owes nothing to what came before
    checksum = 1
    for _ in range(n_blocks):
        checksum = zlib.adler32(block, checksum)
    return b"\x78\xda" + packed * n_blocks + b"\x03\x00" + checksum.to_bytes(4, "big")


def pages(*page_entries: bytes, count: int | None = None) -> dict[int, bytes]:
    """Catalog (1), page tree (2) and pages from 10 on, each 200 points square unless its entries say otherwise."""
    kids = b" ".join(b"%d 0 R" % (10 + i) for i in range(len(page_entries)))
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Count %d/MediaBox[0 0 200 200]/Kids[%s]>>" % (count or len(page_entries), kids),
    }
    for i, entries in enumerate(page_entries):
        objects[10 + i] = b"<</Type/Page/Parent 2 0 R%s>>" % entries
    return objects


def sane(n_pages: int = 1) -> bytes:
    """Pages with a line of text."""
    entries = b"/Contents 50 0 R/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
    return pdf_of({**pages(*[entries] * n_pages), 50: stream(b"BT /F 12 Tf 20 100 Td (A sane page) Tj ET")})


def filtered(content: bytes, entries: bytes = b"", layers: int = 1) -> bytes:
    """A stream that was deflated so many times."""
    return stream(content, b"/Filter[%s]" % (b"/FlateDecode" * layers) + entries)


def painting(content: bytes, resources: bytes, extra: dict[int, bytes] | None = None) -> bytes:
    """A first page with this content and these resources, and a sane page."""
    entries = b"/Contents 51 0 R/Resources<<%s>>" % resources
    return beside_a_sane_page(entries, {51: stream(content), **(extra or {})})


def beside_a_sane_page(bomb_entries: bytes, extra: dict[int, bytes]) -> bytes:
    """The bomb on page 1, a sane page as page 2."""
    sane_entries = b"/Contents 50 0 R/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
    text = stream(b"BT /F 12 Tf 20 100 Td (A sane page) Tj ET")
    return pdf_of({**pages(bomb_entries, sane_entries), 50: text, **extra})


def billion_laughs() -> bytes:
    """Forms that each call the next ten times: 10^9 rectangles."""
    forms = {
        100 + level: stream(
            b"/X Do " * 10 if level < 9 else b"0 0 9 9 re f",
            b"/Type/XObject/Subtype/Form/BBox[0 0 200 200]/Resources<</XObject<</X %d 0 R>>>>" % (101 + level),
        )
        for level in range(10)
    }
    entries = b"/Contents 51 0 R/Resources<</XObject<</X 100 0 R>>>>"
    return beside_a_sane_page(entries, {51: stream(b"/X Do"), **forms})


def tiny_tiles() -> bytes:
    """A pattern repeated every thousandth of a point over the page."""
    tile = stream(
        b"0 0 1 1 re f",
        b"/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep 0.001/YStep 0.001/Resources<<>>",
    )
    entries = b"/Contents 51 0 R/Resources<</Pattern<</P 52 0 R>>>>"
    return beside_a_sane_page(entries, {51: stream(b"/Pattern cs /P scn 0 0 200 200 re f"), 52: tile})


def doubly_deflated(n_bytes: int = 1_000_000_000) -> bytes:
    """A page's content of a gigabyte, deflated twice to a few kilobytes."""
    once = deflated(b" " * 10_000_000, n_bytes // 10_000_000)
    content = stream(zlib.compress(once, 9), b"/Filter[/FlateDecode/FlateDecode]")
    return beside_a_sane_page(b"/Contents 51 0 R", {51: content})


def wide(side_pt: int) -> bytes:
    """A square page of this side."""
    return pdf_of({**pages(b"/MediaBox[0 0 %d %d]/Contents 51 0 R" % (side_pt, side_pt)), 51: stream(b"0 0 9 9 re f")})


def cyclic_tree() -> bytes:
    """A page tree whose root is its own child."""
    return pdf_of({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Count 3/Kids[2 0 R 2 0 R]/Parent 2 0 R>>"})


def lying_count() -> bytes:
    """One page in a tree that claims a million."""
    return pdf_of(pages(b"", count=1_000_000))


def huge_image(side_px: int = 20_000) -> bytes:
    """A page with a white picture of 400 million grey pixels."""
    image = stream(
        deflated(bytes([255]) * side_px * 100, side_px // 100),
        b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/FlateDecode"
        % (side_px, side_px),
    )
    entries = b"/Contents 51 0 R/Resources<</XObject<</I 52 0 R>>>>"
    return beside_a_sane_page(entries, {51: stream(b"200 0 0 200 0 0 cm /I Do"), 52: image})


def with_scripts() -> bytes:
    """A script on opening, a launch action behind a link, an XFA form."""
    objects = pages(b"/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A 61 0 R>>]")
    objects[1] = b"<</Type/Catalog/Pages 2 0 R/OpenAction 60 0 R/AcroForm<</Fields[]/XFA 62 0 R>>>>"
    objects[60] = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"
    objects[61] = b"<</S/Launch/F(calc.exe)>>"
    objects[62] = stream(b"<xdp/>")
    return pdf_of(objects)
