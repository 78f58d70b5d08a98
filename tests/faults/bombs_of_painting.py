"""PDFs whose painting, text and pictures cost far more than their bytes."""

from __future__ import annotations

from tests.integration.hostile import beside_a_sane_page, deflated, filtered, huge_image, painting, stream

_BOX = b"/BBox[0 0 200 200]"


def nested_patterns() -> bytes:
    """Ten patterns, each tiled with the next."""
    extra = {}
    for level in range(10):
        entries = (
            b"/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 10 10]/XStep 0.5/YStep 0.5"
            b"/Resources<</Pattern<</P %d 0 R>>>>" % (100 + (level + 1) % 10)
        )
        extra[100 + level] = stream(b"/Pattern cs /P scn 0 0 10 10 re f", entries)
    return painting(b"/Pattern cs /P scn 0 0 200 200 re f", b"/Pattern<</P 100 0 R>>", extra)


def soft_mask_recursion() -> bytes:
    """A soft mask that is painted through itself."""
    group = b"/Type/XObject/Subtype/Form/Group<</S/Transparency/CS/DeviceGray>>" + _BOX
    form = stream(
        b"/G gs 0 0 200 200 re f /X Do", group + b"/Resources<</ExtGState<</G 52 0 R>>/XObject<</X 53 0 R>>>>"
    )
    state = b"<</Type/ExtGState/SMask<</S/Luminosity/G 53 0 R>>>>"
    return painting(b"/G gs 0 0 200 200 re f", b"/ExtGState<</G 52 0 R>>", {52: state, 53: form})


def group_tower() -> bytes:
    """Transparency groups 2,000 deep, each of the whole page."""
    extra = {
        100 + level: stream(
            b"/X Do",
            b"/Type/XObject/Subtype/Form/Group<</S/Transparency/I true/K true>>"
            + _BOX
            + b"/Resources<</XObject<</X %d 0 R>>>>" % (101 + level),
        )
        for level in range(2000)
    }
    return painting(b"/X Do", b"/XObject<</X 100 0 R>>", extra)


def group_crowd() -> bytes:
    """Half a million transparency groups of the whole page, one after the other."""
    form = stream(b"0 0 1 1 re f", b"/Type/XObject/Subtype/Form/Group<</S/Transparency/I true>>" + _BOX)
    return painting(b"/X Do " * 500_000, b"/XObject<</X 52 0 R>>", {52: form})


def type3_recursion() -> bytes:
    """A font whose letter is drawn by showing the letter ten times."""
    font = (
        b"<</Type/Font/Subtype/Type3/FontBBox[0 0 1 1]/FontMatrix[1 0 0 1 0 0]/CharProcs<</a 53 0 R>>/FirstChar 97"
        b"/LastChar 97/Widths[1]/Encoding<</Differences[97/a]>>/Resources<</Font<</F 52 0 R>>>>>>"
    )
    glyph = stream(b"1 0 d0 " + b"BT /F 1 Tf (aaaaaaaaaa) Tj ET " * 10)
    return painting(b"BT /F 9 Tf 9 9 Td (aaaa) Tj ET", b"/Font<</F 52 0 R>>", {52: font, 53: glyph})


def endless_dashes() -> bytes:
    """A line dashed every ten-thousandth of a point, curved and wide."""
    return painting(b"9 w 1 J 1 j [0.0001 0.0001] 0 d 0 0 m 200 0 200 200 0 200 c S " * 50, b"")


def million_paths() -> bytes:
    """A million little strokes with round joins."""
    return painting(b"1 j 1 J 5 w 1 1 m 199 3 9 199 50 50 c 7 7 l S\n" * 1_000_000, b"")


def one_long_path() -> bytes:
    """One path that crosses itself at a million corners."""
    return painting(b"0 0 m " + b"200 3 l 1 190 l 199 1 l 7 200 l " * 250_000 + b"f*", b"")


def clip_tower() -> bytes:
    """A hundred thousand states saved, each with a clip of its own."""
    return painting(b"q 0 0 m 200 0 200 200 0 200 c W n " * 100_000 + b"0 0 200 200 re f", b"")


def huge_function() -> bytes:
    """A shading whose colours are a table of 200 million samples."""
    function = filtered(
        deflated(b"\x55" * 10_000_000, 60),
        b"/FunctionType 0/Domain[0 1 0 1]/Range[0 1 0 1 0 1]/Size[14000 14000]/BitsPerSample 8",
    )
    shading = b"<</ShadingType 1/ColorSpace/DeviceRGB/Function 53 0 R/Matrix[200 0 0 200 0 0]>>"
    return painting(b"/S sh", b"/Shading<</S 52 0 R>>", {52: shading, 53: function})


def stitched_function() -> bytes:
    """A shading whose function is stitched from itself."""
    function = b"<</FunctionType 3/Domain[0 1]/Functions[53 0 R 53 0 R]/Bounds[0.5]/Encode[0 1 0 1]>>"
    shading = b"<</ShadingType 2/ColorSpace/DeviceRGB/Coords[0 0 200 200]/Function 53 0 R/Extend[true true]>>"
    return painting(b"/S sh", b"/Shading<</S 52 0 R>>", {52: shading, 53: function})


def endless_calculator() -> bytes:
    """A shading coloured by a program of 100,000 steps per point."""
    function = stream(b"{%s pop}" % (b"dup sin cos sqrt " * 25_000), b"/FunctionType 4/Domain[0 1 0 1]/Range[0 1]")
    shading = b"<</ShadingType 1/ColorSpace/DeviceGray/Function 53 0 R/Matrix[200 0 0 200 0 0]>>"
    return painting(b"/S sh", b"/Shading<</S 52 0 R>>", {52: shading, 53: function})


def patch_mesh() -> bytes:
    """A mesh of millions of patches over the whole page."""
    entries = (
        b"/ShadingType 6/ColorSpace/DeviceRGB/BitsPerCoordinate 8/BitsPerComponent 8/BitsPerFlag 8"
        b"/Decode[0 200 0 200 0 1 0 1 0 1]"
    )
    patch = bytes([0]) + bytes(range(0, 240, 10)) + bytes(12)
    mesh = filtered(deflated(patch * 10_000, 300), entries)
    return painting(b"/S sh", b"/Shading<</S 52 0 R>>", {52: mesh})


def annotation_recursion() -> bytes:
    """Annotations whose appearance draws itself ten times, and a ring of replies."""
    look = stream(
        b"/X Do " * 10, b"/Type/XObject/Subtype/Form" + _BOX + b"/Resources<</XObject<</X 60 0 R/Y 61 0 R>>>>"
    )
    other = stream(b"/X Do " * 10, b"/Type/XObject/Subtype/Form" + _BOX + b"/Resources<</XObject<</X 60 0 R>>>>")
    note = b"<</Type/Annot/Subtype/Stamp/Rect[0 0 200 200]/AP<</N 60 0 R>>/IRT 62 0 R/Popup 62 0 R/Parent 62 0 R>>"
    return beside_a_sane_page(b"/Annots[%s]" % (b"62 0 R " * 1000), {60: look, 61: other, 62: note})


def layer_recursion() -> bytes:
    """Optional content whose visibility depends on itself, nested and in a ring."""
    ring = b"<</Type/OCMD/OCGs 53 0 R/VE[/And 54 0 R 54 0 R]>>"
    condition = b"[/Or 54 0 R [/Not 54 0 R] %s]" % (b"[/And " * 2000 + b"]" * 2000)
    group = b"<</Type/OCMD/OCGs[52 0 R 53 0 R]>>"
    return painting(b"/OC /L BDC 0 0 9 9 re f EMC", b"/Properties<</L 52 0 R>>", {52: ring, 53: group, 54: condition})


# ---------------------------------------------------------------- text


def long_text() -> bytes:
    """One line of five million letters."""
    text = b"BT /F 12 Tf 0.001 0 0 0.001 9 9 Tm (%s) Tj ET" % (b"word " * 1_000_000)
    return painting(text, b"/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>")


def crowded_text() -> bytes:
    """Half a million words on the page, each placed by itself."""
    words = b"".join(b"1 0 0 1 %d %d Tm (word%d)Tj\n" % (i % 190, i // 190 % 190, i) for i in range(500_000))
    return painting(b"BT /F 2 Tf " + words + b"ET", b"/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>")


def huge_font() -> bytes:
    """A font file of a gigabyte of nothing."""
    font = b"<</Type/Font/Subtype/TrueType/BaseFont/Big/FirstChar 65/LastChar 65/Widths[500]/FontDescriptor 53 0 R>>"
    descriptor = b"<</Type/FontDescriptor/FontName/Big/Flags 4/FontFile2 54 0 R>>"
    file = filtered(deflated(b"\0\1\0\0" + bytes(9_999_996), 100), b"/Length1 1000000000")
    extra = {52: font, 53: descriptor, 54: file}
    return painting(b"BT /F 12 Tf 9 9 Td (AAAA) Tj ET", b"/Font<</F 52 0 R>>", extra)


def cmap_recursion() -> bytes:
    """A font whose codes are mapped by a table that builds upon itself, over millions of ranges."""
    font = b"<</Type/Font/Subtype/Type0/BaseFont/C/Encoding 53 0 R/ToUnicode 53 0 R/DescendantFonts[54 0 R]>>"
    ranges = b"".join(b"<%08X> <%08X> %d\n" % (i * 7, i * 7 + 5, i % 60_000) for i in range(300_000))
    table = stream(
        b"begincmap 1 begincodespacerange <00000000> <FFFFFFFF> endcodespacerange\n300000 begincidrange\n"
        + ranges
        + b"endcidrange 1 beginbfrange <00000000> <FFFFFFFF> <0000> endbfrange endcmap",
        b"/Type/CMap/CMapName/Own/UseCMap 53 0 R",
    )
    descendant = (
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/C/CIDSystemInfo<</Registry(A)/Ordering(B)/Supplement 0>>>>"
    )
    extra = {52: font, 53: table, 54: descendant}
    return painting(b"BT /F 12 Tf 9 9 Td <0000000100000008> Tj ET", b"/Font<</F 52 0 R>>", extra)


# ---------------------------------------------------------------- pictures


def _picture(content: bytes, entries: bytes, extra: dict[int, bytes] | None = None) -> bytes:
    picture = stream(content, b"/Type/XObject/Subtype/Image" + entries)
    return painting(b"200 0 0 200 0 0 cm /I Do", b"/XObject<</I 52 0 R>>", {52: picture, **(extra or {})})


def image_40k() -> bytes:
    """A picture of 1,600 million pixels."""
    return huge_image(40_000)


def colour_tower() -> bytes:
    """A picture in a colour space that is indexed by itself."""
    entries = b"/Width 9000/Height 9000/BitsPerComponent 8/ColorSpace 53 0 R/Filter/FlateDecode"
    space = b"[/Indexed 54 0 R 255 <00>]"
    other = b"[/Separation/A 53 0 R<</FunctionType 2/Domain[0 1]/N 1>>]"
    return _picture(deflated(bytes(9_000_000), 9), entries, {53: space, 54: other})


def jbig2_bomb() -> bytes:
    """A JBIG2 page of four thousand million rows."""
    side = (0xFFFFFFF0).to_bytes(4, "big")
    page = (0).to_bytes(4, "big") + bytes([48, 0, 1]) + (19).to_bytes(4, "big") + side * 2 + bytes(8) + b"\x04\0\0"
    return _picture(page, b"/Width 60000/Height 60000/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/JBIG2Decode")


def jpx_bomb() -> bytes:
    """A JPEG 2000 picture of 10^18 pixels in tiles of one."""
    side = (1_000_000_000).to_bytes(4, "big")
    one = (1).to_bytes(4, "big")
    size = b"\0\0" + side * 2 + bytes(8) + one * 2 + bytes(8) + b"\0\x03" + b"\x07\x01\x01" * 3
    code = b"\xff\x4f\xff\x51" + (len(size) + 2).to_bytes(2, "big") + size
    code += b"\xff\x52\0\x0c\0\0\0\1\0\5\4\4\0\0" + b"\xff\x5c\0\x13\x40" + bytes(16)
    code += b"\xff\x90\0\x0a\0\0\0\0\0\0\0\1" + b"\xff\x93" + bytes(100) + b"\xff\xd9"
    return _picture(code, b"/Width 60000/Height 60000/Filter/JPXDecode")


def fax_bomb() -> bytes:
    """A fax of 60,000 x 1,000,000 points without a byte of content."""
    entries = (
        b"/Width 60000/Height 1000000/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/CCITTFaxDecode"
        b"/DecodeParms<</K -1/Columns 60000/Rows 1000000>>"
    )
    return _picture(b"\x80" * 1000, entries)


def jpeg_bomb() -> bytes:
    """A progressive JPEG of 65,000 x 65,000 with a thousand scans."""
    frame = b"\xff\xc2\0\x11\x08\xfd\xe8\xfd\xe8\x03\x01\x22\0\x02\x11\0\x03\x11\0"
    tables = b"\xff\xdb\0\x43\0" + b"\x01" * 64 + b"\xff\xc4\0\x14\0\x01" + bytes(15) + b"\0"
    scans = (b"\xff\xda\0\x0c\x03\x01\0\x02\0\x03\0\0\0\0" + b"\xaa" * 100) * 1000
    entries = b"/Width 65000/Height 65000/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/DCTDecode"
    return _picture(b"\xff\xd8" + tables + frame + scans + b"\xff\xd9", entries)


def picture_crowd() -> bytes:
    """A hundred thousand drawings of a picture of 36 million pixels, each at another size."""
    entries = b"/Type/XObject/Subtype/Image/Width 6000/Height 6000/BitsPerComponent 8/ColorSpace/DeviceGray"
    content = b"".join(b"q %d.%d 0 0 %d 0 0 cm /I Do Q\n" % (9 + i % 190, i, 9 + i % 97) for i in range(100_000))
    picture = filtered(deflated(bytes(6_000_000), 6), entries)
    return painting(content, b"/XObject<</I 52 0 R>>", {52: picture})
