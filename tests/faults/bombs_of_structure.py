"""PDFs whose streams, trees and tables exhaust or trap a reader before anything is painted."""

from __future__ import annotations

import zlib

from tests.integration.hostile import beside_a_sane_page, deflated, filtered, pages, pdf_of, sane, stream, wide

# ---------------------------------------------------------------- streams


def triply_deflated() -> bytes:
    """Four gigabytes of content in a few hundred bytes."""
    content = deflated(b" " * 10_000_000, 400)
    for _ in range(2):
        content = zlib.compress(content, 9)
    return beside_a_sane_page(b"/Contents 51 0 R", {51: filtered(content, layers=3)})


def lzw_bomb() -> bytes:
    """Eleven gigabytes of spaces: LZW's codes for ever longer runs, over and over, deflated once more."""
    bits = ""
    for place, code in enumerate((32, *range(258, 4094), 256)):
        n_known = 257 + place  # codes that the reader knows by then; their length grows one code early
        bits += f"{code:0{9 + sum(n_known >= limit - 1 for limit in (512, 1024, 2048))}b}"
    block = int(bits * 8, 2).to_bytes(len(bits), "big")
    content = deflated(block, 190)
    return beside_a_sane_page(b"/Contents 51 0 R", {51: stream(content, b"/Filter[/FlateDecode/LZWDecode]")})


def predictor_bomb() -> bytes:
    """Content whose rows are said to be two thousand million bytes long."""
    parameters = b"/DecodeParms<</Predictor 15/Columns 2000000000/Colors 4/BitsPerComponent 16>>"
    return beside_a_sane_page(b"/Contents 51 0 R", {51: filtered(deflated(b"\0" * 1_000_000, 50), parameters)})


def filter_chain() -> bytes:
    """Content behind ten thousand filters."""
    return beside_a_sane_page(b"/Contents 51 0 R", {51: stream(b"00>", b"/Filter[%s]" % (b"/ASCIIHexDecode" * 10_000))})


def hundred_contents() -> bytes:
    """A page whose contents are one stream of 90 MB, named a thousand times."""
    refs = b"51 0 R " * 1000
    return beside_a_sane_page(b"/Contents[%s]" % refs, {51: filtered(deflated(b"0 0 1 1 re f " * 100_000, 70))})


# ---------------------------------------------------------------- structure


def negative_count() -> bytes:
    """A page tree that says it has fewer than no pages."""
    return pdf_of(pages(b"", b"", count=-2_000_000_000))


def cyclic_parents() -> bytes:
    """Pages that inherit from one another in a ring."""
    objects = pages(b"")
    objects[10] = b"<</Type/Page/Parent 11 0 R>>"
    objects[11] = b"<</Type/Pages/Parent 12 0 R/Kids[10 0 R]/Count 1>>"
    objects[12] = b"<</Type/Pages/Parent 11 0 R/Kids[11 0 R]/Count 1>>"
    objects[2] = b"<</Type/Pages/Kids[12 0 R]/Count 1/Parent 12 0 R>>"
    return pdf_of(objects)


def cyclic_table() -> bytes:
    """A cross-reference table that says it is its own predecessor."""
    whole = sane()
    table = whole.rindex(b"xref\n0 1")
    return whole.replace(b"/Root", b"/Prev %d/Root" % table)


def cyclic_object_stream() -> bytes:
    """Object streams that extend one another and hold the number of their own length."""
    objects = pages(b"/Contents 51 0 R")
    body = b"70 0 71 3 << >> << >>"
    for number, other in ((60, 61), (61, 60)):
        entries = b"/Type/ObjStm/N 2/First 10/Extends %d 0 R" % other
        objects[number] = stream(body, entries).replace(b"/Length %d" % len(body), b"/Length %d 0 R" % other)
    objects[51] = stream(b"0 0 9 9 re f").replace(b"/Length 12", b"/Length 51 0 R")
    return pdf_of(objects)


def million_kids() -> bytes:
    """A page tree with a million children, all of them the same page."""
    objects = pages(b"")
    objects[2] = b"<</Type/Pages/Count 1000000/MediaBox[0 0 200 200]/Kids[%s]>>" % (b"10 0 R " * 1_000_000)
    return pdf_of(objects)


def deep_tree() -> bytes:
    """A page 50,000 levels down."""
    depth = 50_000
    objects = {1: b"<</Type/Catalog/Pages 2 0 R>>"}
    for level in range(2, depth):
        objects[level] = b"<</Type/Pages/Count 1/Kids[%d 0 R]/Parent %d 0 R>>" % (level + 1, max(level - 1, 2))
    objects[depth] = b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 200 200]>>" % (depth - 1)
    return pdf_of(objects)


def nested_arrays() -> bytes:
    """Arrays within arrays, 300,000 deep, in the page and in its content."""
    deep = b"[" * 300_000 + b"]" * 300_000
    return beside_a_sane_page(b"/Deep " + deep + b"/Contents 51 0 R", {51: stream(deep + b" TJ")})


def reference_chain() -> bytes:
    """A length that is a reference to a reference, 20,000 times, and in the end to the first."""
    objects = pages(b"/Contents 51 0 R/Rotate 100 0 R")
    objects[51] = stream(b"0 0 9 9 re f")
    for i in range(20_000):
        objects[100 + i] = b"%d 0 R" % (100 + (i + 1) % 20_000)
    return pdf_of(objects)


def name_tree_cycle() -> bytes:
    """Embedded files and destinations listed by a tree that is its own child."""
    objects = pages(b"")
    objects[1] = b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles 60 0 R/Dests 60 0 R/JavaScript 60 0 R>>>>"
    objects[60] = b"<</Kids[60 0 R 61 0 R]/Limits[(a)(z)]>>"
    objects[61] = b"<</Kids[60 0 R 60 0 R 61 0 R]/Limits[(a)(z)]>>"
    return pdf_of(objects)


def outline_cycle() -> bytes:
    """An outline whose entries are their own children and successors."""
    objects = pages(b"")
    objects[1] = b"<</Type/Catalog/Pages 2 0 R/Outlines 60 0 R>>"
    objects[60] = b"<</Type/Outlines/First 61 0 R/Last 61 0 R/Count 1000000>>"
    objects[61] = b"<</Title(a)/Parent 60 0 R/First 61 0 R/Last 62 0 R/Next 62 0 R/Count 9>>"
    objects[62] = b"<</Title(b)/Parent 61 0 R/First 60 0 R/Next 61 0 R/Prev 61 0 R>>"
    return pdf_of(objects)


def lying_labels() -> bytes:
    """Page labels from a number that no page has, with a prefix of a megabyte, in a ring."""
    objects = pages(b"")
    objects[1] = b"<</Type/Catalog/Pages 2 0 R/PageLabels 60 0 R>>"
    prefix = b"x" * 1_000_000
    objects[60] = b"<</Kids[60 0 R]/Nums[-5<</S/r/St 2000000000/P(%s)>>999999999<</S/A/St -1>>]>>" % prefix
    return pdf_of(objects)


def long_string() -> bytes:
    """A title of a hundred million letters."""
    whole = pdf_of({**pages(b""), 60: b"<</Title(%s)>>" % (b"A" * 100_000_000)})
    return whole.replace(b"/Root", b"/Info 60 0 R/Root")


def giant_page() -> bytes:
    """A page of 50,000 km."""
    return wide(2_000_000_000)


def giant_unit() -> bytes:
    """A page whose unit of length is ten million points."""
    return beside_a_sane_page(b"/UserUnit 10000000/MediaBox[0 0 14400 14400]/Contents 51 0 R", {51: stream(b"f")})
