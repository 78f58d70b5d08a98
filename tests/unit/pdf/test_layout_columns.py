from docai.domain.geometry import Box, PageSize
from docai.domain.parses import BlockKind
from docai.domain.words import Word
from docai.pdf.layout_columns import with_columns_apart
from docai.pdf.layout_regions import Region, bounds, rects_of

SIZE = PageSize(width_pt=600, height_pt=800)


def lines_at(*rows: list[tuple[float, str]]) -> list[Word]:
    """Words of rows of (x, text) pieces; each piece a line of its own, letters 6 points wide, lines 14 apart."""
    words = []
    for n, row in enumerate(rows):
        for k, (left, text) in enumerate(row):
            x = left
            for token in text.split():
                rect = (x, 100 + 14 * n, x + 6 * len(token), 110 + 14 * n)
                words.append(Word(text=token, box=Box.from_points(rect, SIZE), line=10 * n + k))
                x += 6 * len(token) + 4
    return words


def parts(words: list[Word], kind: BlockKind = BlockKind.PARAGRAPH) -> list[str]:
    rects = rects_of(words, SIZE)
    region = Region(kind, bounds(rects), word_ids=list(range(len(words))))
    return [" ".join(words[i].text for i in r.word_ids) for r in with_columns_apart([region], words, rects)]


ADDRESSES = lines_at(
    [(50, "Larkspur and Partners"), (300, "The Old Store")],
    [(50, "care of Ann"), (300, "behind the mill")],
    [(50, "Tanner Street 18"), (300, "Bristol BS1 6TY")],
)


def test_two_addresses_side_by_side_are_read_one_after_the_other() -> None:
    assert parts(ADDRESSES) == [
        "Larkspur and Partners care of Ann Tanner Street 18",
        "The Old Store behind the mill Bristol BS1 6TY",
    ]


def test_three_columns_come_apart() -> None:
    words = lines_at(*[[(50, "aa bb cc"), (200, "dd ee ff"), (350, "gg hh ii")]] * 3)
    assert parts(words) == ["aa bb cc " * 2 + "aa bb cc", "dd ee ff " * 2 + "dd ee ff", "gg hh ii " * 2 + "gg hh ii"]


def test_labels_and_their_values_stay_together() -> None:
    words = lines_at(*[[(50, "Invoice number of ours"), (300, "HM-2026")]] * 4)
    assert len(parts(words)) == 1


def test_plain_text_stays_whole() -> None:
    assert len(parts(lines_at(*[[(50, "some words that fill the line to its end")]] * 5))) == 1


def test_figures_are_not_split() -> None:
    assert len(parts(ADDRESSES, BlockKind.FIGURE)) == 1
