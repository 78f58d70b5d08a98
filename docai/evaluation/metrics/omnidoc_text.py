"""OmniDocBench: text and formulas as they are compared.

After `utils/data_preprocess.py` of opendatalab/OmniDocBench, version 1.0 (L. Ouyang et al., CVPR 2025). LaTeX within a
line is made plain by the names of letters and of functions. The reference has a library for it, which also writes bold
or script letters as signs of their own; here they are plain ones.
"""

from __future__ import annotations

import re
import unicodedata

_INLINE = re.compile(r"\$(.*?)\$|\\\((.*?)\\\)")
_COMMAND = re.compile(r"\\([A-Za-z]+|.)", re.DOTALL)
_FUNCTION = re.compile(
    r"arc(?:cos|sin|tan)|cosh?|coth?|csc|deg|det|dim|exp|gcd|hom|inf|ker|lg|lim(?:inf|sup)?|ln|log|max|min|sec"
    r"|sinh?|sup|tanh?"
)
_LETTERS = {
    "aleph": "\u2135",
    "ell": "\u2113",
    "epsilon": "\u03f5",
    "hbar": "\u0127",
    "phi": "\u03d5",
    "varepsilon": "\u03b5",
    "varkappa": "\u03f0",
    "varphi": "\u03c6",
    "varpi": "\u03d6",
    "varrho": "\u03f1",
    "varsigma": "\u03c2",
    "vartheta": "\u03d1",
}
"""Letters whose names are not those of Unicode."""
_ENVIRONMENT = re.compile(r"\\begin\{array\}\{[^}]*\}|\\(?:begin|end)\{[^}]*\}")
_WRITTEN_OUT = re.compile(r"\\[tn]|/[tn]")
"""Tabs and line breaks as two characters; the slashed ones, which take letters from "and/not", are the reference's."""
_NO_WORD = re.compile(r"[^\w\u4e00-\u9fff]")

_TAKEN_OUT = re.compile(r"\\tag\{.*?\}|\\hspace\{.*?\}|\\begin\{.*?\}|\\end\{.*?\}|\\arraycolsep.*?\}", re.DOTALL)
_NO_INK = re.compile(
    r"\\(?:mathnormal|mathbfcal|math(?:bf|rm|it|bb|cal|scr|frak|sf|tt)|text(?:bf)?|boldmath|boldsymbol|operatorname|bm"
    r"|symbfit|symbf|scriptscriptstyle|notag|setlength|coloneqq|space|thickspace|thinspace|medspace|nobreakspace"
    r"|negmedspace|q?quad|enspace|substackw|left|right|displaystyle)|\$\$|\s"
)
"""Commands of type, size and space, wherever they stand: also at the head of a longer command, as in the reference."""
_DISPLAYED = re.compile(r"\\\[(.+?)(?<!\\)\\\]", re.DOTALL)


def plain_text(block: str) -> str:
    """A block of text as it is compared: letters, digits and underscores only, formulas within lines as text."""
    text = _INLINE.sub(lambda found: _latex_text(found[1] if found[1] is not None else found[2]), block)
    return _NO_WORD.sub("", _WRITTEN_OUT.sub("", text.replace("\t", "").replace("\n", "")))


def plain_formula(latex: str) -> str:
    """A formula as it is compared: in lower case, without blanks, environments and commands of size and type."""
    text = latex.strip().strip("$").strip("\n")
    if displayed := _DISPLAYED.search(text):
        text = displayed[1].strip()
    return _NO_INK.sub("", _TAKEN_OUT.sub("", text).strip(".")).lower()


def _latex_text(latex: str) -> str:
    """Letters, digits and names of a formula within a line; one without any command, index or power stays."""
    if not any(sign in latex for sign in "\\^_"):
        return latex

    def said(command: re.Match[str]) -> str:
        name = command[1]
        if not name.isalpha():
            return ""
        if name in _LETTERS or _FUNCTION.fullmatch(name):
            return _LETTERS.get(name, name)
        size = "CAPITAL" if name[0].isupper() else "SMALL"
        try:
            return unicodedata.lookup(f"GREEK {size} LETTER {'LAMDA' if name.lower() == 'lambda' else name.upper()}")
        except KeyError:
            return ""

    return _COMMAND.sub(said, _ENVIRONMENT.sub("", latex))
