"""How much of a reply is read at most, and which characters it may hold."""

from __future__ import annotations

from docai.errors import ReplyUnreadable

MAX_CHARACTERS = 300_000
"""Of a reply: four times what a model writes in 16,384 tokens, the longest output that any model card asks for. The
slowest reader takes some 40 microseconds a character of noise."""
MAX_BLOCKS = 5_000
"""Of a page: an A3 page with one block for every line of 4 pt print, in four columns, has some 800."""
MAX_CELLS = 20_000
"""Grid positions of a table: more than the words that fit on an A3 page in 5 pt print; each is checked one by one."""
MAX_PROBLEMS = 50
"""Told of one reply; whoever reads them learns nothing from the hundredth."""
MAX_DEPTH = 100
"""Elements within elements; what lies deeper is taken as plain text."""

_NO_CHARACTERS = dict.fromkeys([0, *range(0xFDD0, 0xFDF0), 0xFFFE, 0xFFFF], "\N{REPLACEMENT CHARACTER}")
"""Null, which no database takes, and Unicode's noncharacters, which mean nothing between programs."""
_ENDS = (
    "<|im_end|>",
    "<|endoftext|>",
    "<|end_of_text|>",
    "<|eot_id|>",
    "<|end|>",
    "<end_of_utterance>",
    "<eos>",
    "<\N{FULLWIDTH VERTICAL LINE}end\N{LOWER ONE EIGHTH BLOCK}of\N{LOWER ONE EIGHTH BLOCK}sentence"
    "\N{FULLWIDTH VERTICAL LINE}>",
)
"""How models end their turn; it stays in the text where an engine must keep special tokens, as for DocTags."""
_MAX_ENDS = 10


def legible(text: str) -> str:
    """The text with Unix line ends, without what is no character and without the model's sign that it has ended.

    Raises:
        ReplyUnreadable: it is empty, or longer than a page can be.
    """
    if len(text) > MAX_CHARACTERS:
        raise ReplyUnreadable(f"the reply has {len(text)} characters, more than the {MAX_CHARACTERS} that are read")
    text = text.rstrip()
    for _ in range(_MAX_ENDS):
        if text.endswith(_ENDS):
            text = text[: text.rindex("<")].rstrip()
    if not text:
        raise ReplyUnreadable("the reply is empty")
    text = text.encode("utf-8", "replace").decode("utf-8").translate(_NO_CHARACTERS)
    return text.replace("\r\n", "\n").replace("\r", "\n")
