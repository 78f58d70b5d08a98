"""Whether a text is in the script and language of the page's words: a model may translate what it should copy."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from docai.domain.checks import Check, CheckName, CheckResult
from docai.domain.geometry import Box
from docai.domain.parses import Block, BlockKind
from docai.domain.words import PageWords, Witness

_LETTERS = re.compile(r"[^\W\d_]+")
_NO_LETTER = re.compile(r"[^A-Za-z]+")
_FUNCTION_WORDS = {
    "English": "the of and to in is that for with as was are by this be from which or an have not were it at has",
    "German": "der die und das den von mit des im nicht eine auf dem ein zu für sich auch werden wird bei sind nach",
    "French": "les des est une dans que pour qui par sur plus pas avec sont ce cette aux au ou été du le et nous",
    "Spanish": "los las del que una por con para como más pero sus este fue han desde también sobre el en y su es",
    "Italian": "il che di della per sono con non una dei delle nel alla gli più anche dal come è ha le si questo",
    "Portuguese": "os do da não uma com para dos das em ao mais foi pelo pela são também um que como é na no",
    "Dutch": "het een van dat voor niet met zijn ook aan wordt naar bij deze door worden over de op te er om en",
    "Swedish": "och att som det för med är av till inte har den ett på kan var från eller ska",  # codespell:ignore som
    "Danish": "og at det som til med er af ikke har den et på for kan der fra eller skal blev",  # codespell:ignore som
    "Polish": "nie się jest na że do oraz przez dla jak po od lub są być który z w i",
    "Czech": "je se na že pro jako nebo jsou byl které do od po která při v s z a i",
    "Turkish": "ve bir için ile olarak olan da de daha en gibi olduğu kadar sonra çok",
    "Finnish": "ja on ei että se ovat oli myös joka mutta kun tai sekä kuin ole hän",
    "Hungarian": "az és hogy nem egy is meg volt ez vagy mint csak van azt még",
    "Romanian": "și în de la cu nu din pe este care pentru mai sau sunt fi prin",
}
"""The commonest function words of each language: closed classes of grammar, so the lists need no corpus."""
_LANGUAGES = {language: frozenset(words.split()) for language, words in _FUNCTION_WORDS.items()}

_MOSTLY = 0.7
"""A text is in a script that so much of its letters are of."""
_HARDLY = 0.05
"""A page has hardly any of a script that less of its letters are of."""
_MIN_LETTERS = 20
_MIN_WORDS = 15
"""Shorter texts have too few function words to tell a language by."""
_GRAMMAR = 0.15
"""Running text has more function words; names, tables and lists of references less."""
_CLEARLY = 1.5
"""A language must have so many times as many of its function words as any other."""
_READ_BY_OCR = frozenset({"LATIN", "CJK"})
"""OCR reads letters of other scripts as these."""
_ONE_SCRIPT = {"HIRAGANA": "CJK", "KATAKANA": "CJK", "FULLWIDTH": "LATIN", "HALFWIDTH": "CJK", "IDEOGRAPHIC": "CJK"}


def check_languages(doubted: Sequence[tuple[int, Block]], words: PageWords) -> list[Check]:
    """One check for each block in another script or language than the page's words, else one that none is.

    A page of which every such text is changed alike was translated as a whole: one check for all.

    Args:
        doubted: the blocks that their witness does not confirm, with their index on the page.
        words: the page's words.
    """
    whole = " ".join(word.text for word in words.words)
    told: list[tuple[int, Block, CheckResult, str]] = []
    for index, block in doubted:
        if block.kind is BlockKind.FORMULA or block.kind is BlockKind.FIGURE:
            continue  # LaTeX is no language, and a description is in whatever language was asked for
        here = " ".join(words.words[i].text for i in block.word_ids)
        switch = _switch(block.text, (here, whole))
        if switch is not None:
            is_sure = words.witness is not Witness.OCR or script_of(block.text) in _READ_BY_OCR
            told.append((index, block, CheckResult.FAILED if is_sure else CheckResult.UNDECIDED, switch))
    if not told:
        return [_check(CheckResult.PASSED, "No text is in another script or language than the page's words.")]
    if len({(result, message) for _, _, result, message in told}) == 1 and len(told) > 1:
        _, _, result, message = told[0]
        return [_check(result, message, boxes=(block.box for _, block, _, _ in told))]
    return [_check(result, message, index, (block.box,)) for index, block, result, message in told]


def script_of(text: str) -> str | None:
    """The script that most letters of a text are of, by their Unicode names; None for few letters or a mixture."""
    counts = _scripts(text)
    total = counts.total()
    if total < _MIN_LETTERS:
        return None
    script, count = counts.most_common(1)[0]
    return script if count >= _MOSTLY * total else None


@lru_cache(maxsize=64)
def language_of(text: str) -> str | None:
    """The language of running text, by its function words; None where that cannot be told."""
    pieces = _LETTERS.findall(text.casefold())
    if len(pieces) < _MIN_WORDS:
        return None
    counts = Counter(pieces)
    found = {language: sum(counts[word] for word in known) for language, known in _LANGUAGES.items()}
    first, second = sorted(found, key=found.__getitem__, reverse=True)[:2]
    is_clear = found[first] >= _GRAMMAR * len(pieces) and found[first] >= _CLEARLY * found[second]
    return first if is_clear else None


def _switch(said: str, heard: Sequence[str]) -> str | None:
    """How a text parts in script or language from what is printed where it stands, or else on the page."""
    script = script_of(said)
    language = language_of(said) if script == "LATIN" else None
    for printed in heard:
        scripts = _scripts(printed)
        total = scripts.total()
        if script is not None and total >= _MIN_LETTERS:
            if scripts[script] < _HARDLY * total:
                return f"The text is in {_name(script)} letters; the page's words are in {_name(_commonest(scripts))}."
            other = language_of(printed)
            if language is not None and other is not None:
                return f"The text is in {language}; the page's words are in {other}." if other != language else None
    return None


@lru_cache(maxsize=64)
def _scripts(text: str) -> Counter[str]:
    if text.isascii():
        return Counter({"LATIN": len(_NO_LETTER.sub("", text))})
    found: Counter[str] = Counter()
    for character, count in Counter(text).items():
        if character.isalpha():
            found[_script(character)] += count
    return found


@lru_cache(maxsize=4096)
def _script(character: str) -> str:
    name = unicodedata.name(character, "UNKNOWN").split(" ", 1)[0].split("-", 1)[0]
    return _ONE_SCRIPT.get(name, name)


def _commonest(scripts: Counter[str]) -> str:
    return scripts.most_common(1)[0][0]


def _name(script: str) -> str:
    return "Chinese or Japanese" if script == "CJK" else script.capitalize()


def _check(result: CheckResult, message: str, index: int | None = None, boxes: Iterable[Box] = ()) -> Check:
    return Check(name=CheckName.LANGUAGE, result=result, message=message, block=index, boxes=tuple(boxes))
