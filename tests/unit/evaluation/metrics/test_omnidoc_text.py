"""OmniDocBench's folding of text and formulas."""

import pytest

from docai.evaluation.metrics.omnidoc_text import plain_formula, plain_text


@pytest.mark.parametrize(
    ("block", "plain"),
    [
        ("# A *title*, 2.1", "Atitle21"),
        ("one\n\ttwo", "onetwo"),
        ("and/not", "andot"),
        ("\u4e2d\u6587\uff0cabc\u3002", "\u4e2d\u6587abc"),
        (r"of $\alpha_1 + \Gamma$", "of\u03b1_1\u0393"),
        (r"$\Lambda_1 \phi \varphi \ell$", "\u039b_1\u03d5\u03c6\u2113"),
        (r"$\begin{array}{rl} a & b_1 \end{array}$", "ab_1"),
        (r"\(\lambda^{2}\) and $\sin x$", "\u03bb2andsinx"),
        (r"$ km^{2} $", "km2"),
        ("cost $5 and $6", "cost5and6"),
        (r"$\mathbf{x}_i \times \%$", "x_i"),
        ("***", ""),
    ],
)
def test_text_is_letters_digits_and_underscores(block: str, plain: str) -> None:
    assert plain_text(block) == plain


@pytest.mark.parametrize(
    ("latex", "plain"),
    [
        (r"$$ \mathbf{A} = B \tag{3} $$", "{a}=b"),
        (r"\[\frac{a}{b}\]", r"\frac{a}{b}"),
        (r"\begin{aligned} x &= 1 \end{aligned}.", "x&=1"),
        (r"\left( y \right) \quad z", "(y)z"),
        ("", ""),
    ],
)
def test_formulas_lose_what_has_no_ink(latex: str, plain: str) -> None:
    assert plain_formula(latex) == plain
