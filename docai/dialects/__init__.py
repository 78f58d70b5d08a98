"""Forms in which models write down what they see, read into one page type and written again; pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from docai.dialects.boxes import PER_MILLE, PIXELS
from docai.dialects.chart_table import ChartTableDialect
from docai.dialects.deepseek import DeepSeekDialect
from docai.dialects.dialect import Dialect
from docai.dialects.doctags import DocTagsDialect
from docai.dialects.elements import ElementsDialect, FormulaDialect, TableDialect, TextDialect
from docai.dialects.html import HtmlDialect
from docai.dialects.layout_json import LayoutJsonDialect
from docai.dialects.markdown import MarkdownDialect
from docai.dialects.mineru import MinerUDialect
from docai.dialects.olmocr import OlmOcrDialect
from docai.dialects.otsl import OtslDialect
from docai.dialects.page_json import PageJsonDialect
from docai.errors import ConfigurationError

_ALL: tuple[Dialect, ...] = (
    PageJsonDialect(),
    LayoutJsonDialect("layout_json", PIXELS),
    LayoutJsonDialect("layout_json_1000", PER_MILLE),
    OlmOcrDialect(),
    DocTagsDialect(),
    MinerUDialect(),
    DeepSeekDialect(),
    HtmlDialect("html", PER_MILLE),
    MarkdownDialect(),
    OtslDialect(),
    ElementsDialect(),
    TextDialect(),
    TableDialect(),
    FormulaDialect(),
    ChartTableDialect(),
)

DIALECTS: Mapping[str, Dialect] = MappingProxyType({dialect.name: dialect for dialect in _ALL})
"""Every dialect by its name: those of whole pages first, those of one element's crop from `otsl` on."""


def dialect_named(name: str) -> Dialect:
    """The dialect of a name.

    Raises:
        ConfigurationError: there is none of this name.
    """
    if name not in DIALECTS:
        raise ConfigurationError(f"there is no dialect {name!r}; there are {', '.join(DIALECTS)}")
    return DIALECTS[name]
