"""How texts of scans are made comparable: one kind of quote and dash; where that is meant, no case and no blanks."""

from __future__ import annotations

import re
import unicodedata

_ONE_KIND = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b", "'"),
        **dict.fromkeys("\u201c\u201d\u201e", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u00ad\u200b\ufeff\u2060", ""),
    }
)
_BLANKS = re.compile(r"\s+")


def one_kind(text: str) -> str:
    """Text in Unicode's NFKC, with plain quotes and dashes and single blanks; case is kept."""
    return _BLANKS.sub(" ", unicodedata.normalize("NFKC", text).translate(_ONE_KIND)).strip()


def tight(text: str) -> str:
    """The same without case and blanks."""
    return _BLANKS.sub("", one_kind(text).casefold())
