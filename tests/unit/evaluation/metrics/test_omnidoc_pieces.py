"""Pages of Markdown cut into blocks."""

from docai.evaluation.metrics.omnidoc_pieces import PieceKind, pieces

TEXT, FORMULA, TABLE = PieceKind.TEXT, PieceKind.FORMULA, PieceKind.TABLE


def cut(markdown: str) -> list[tuple[PieceKind, str]]:
    return [(piece.kind, piece.content) for piece in pieces(markdown)]


def test_a_page_is_cut_in_its_order() -> None:
    page = (
        "# Title\n\nA line of\n  text with $x_1$.\n\n$$\na = b\n$$\n\n<!-- figure -->\n\n"
        "<table>\n<tr><td>1</td></tr>\n</table>\n\n![picture](p.png)\n\nLast."
    )
    assert cut(page) == [
        (TEXT, "# Title"),
        (TEXT, "A line of\ntext with $x_1$."),
        (FORMULA, "\\[x_1\\]"),
        (FORMULA, "\\[a=b\\]"),
        (TABLE, "<table>\n<tr><td>1</td></tr>\n</table>"),
        (TEXT, "Last."),
    ]


def test_pipe_tables_become_html() -> None:
    page = "Before\n\n| a\\* | b |\n| --- | --- |\n| 1 \\| 2 | <3 |\n\nAfter"
    table = "<table><tr><td>a*</td><td>b</td></tr><tr><td>1 | 2</td><td>&lt;3</td></tr></table>"
    assert cut(page) == [(TEXT, "Before"), (TABLE, table), (TEXT, "After")]
    assert cut("one | line")[0][0] is TEXT


def test_a_page_of_single_lines_is_cut_at_them() -> None:
    assert cut("one\ntwo\n") == [(TEXT, "one"), (TEXT, "two")]
    assert cut("one\ntwo\n\nthree") == [(TEXT, "one\ntwo"), (TEXT, "three")]
    assert cut("") == cut("  \n\n ") == []


def test_positions_are_those_of_the_page() -> None:
    page = "a\n\n$$x$$\n\nb"
    assert [(piece.content, page[piece.position]) for piece in pieces(page)] == [
        ("a", "a"),
        ("\\[x\\]", "$"),
        ("b", "b"),
    ]
