"""Questions that stand in other texts: by runs of 13 words, or whole where they are shorter."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

N_WORDS = 13
"""As in GPT-3's analysis (T. Brown et al. 2020, appendix C), for which any run of 13 words in common is an overlap."""
_WORD = re.compile(r"\w+")
_LEAST_TEMPLATE = 10
_TEMPLATE_SHARE = 0.01


def words_of(text: str) -> list[str]:
    """Words in lower case, NFKC, without punctuation."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def runs_of(words: list[str]) -> Iterator[str]:
    """All runs of 13 words; none of fewer words."""
    return (" ".join(words[i : i + N_WORDS]) for i in range(len(words) - N_WORDS + 1))


class QuestionIndex:
    """Questions that texts are searched for; a text costs by its own length, however many questions there are."""

    def __init__(self, questions: Mapping[str, str]) -> None:
        """Take questions by their items' ids.

        Runs that more than `template` questions share are the set's own wording ("answer with a letter of ...") and are
        left out; a question that has no other run is looked for whole.
        """
        self.template = max(_LEAST_TEMPLATE, int(_TEMPLATE_SHARE * len(questions)))
        self._ids: defaultdict[str, list[str]] = defaultdict(list)
        self._n_keys: dict[str, int] = {}
        words = {item: words_of(question) for item, question in questions.items()}
        runs = {item: set(runs_of(found)) for item, found in words.items()}
        often = Counter(run for found in runs.values() for run in found)
        self._whole: set[str] = set()
        for item, found in runs.items():
            keys = {run for run in found if often[run] <= self.template}
            if not keys and words[item]:
                keys = {" ".join(words[item])}
                self._whole |= keys
            for key in keys:
                self._ids[key].append(item)
            self._n_keys[item] = len(keys)

    def in_text(self, text: str) -> Iterator[tuple[str, str, bool]]:
        """What of a text stands in questions: item, words, and whether these are the whole question."""
        words = words_of(text)
        for run in dict.fromkeys(runs_of(words)):
            if run in self._ids and run not in self._whole:
                yield from ((item, run, False) for item in self._ids[run])
        whole = " ".join(words)
        if whole in self._whole:
            yield from ((item, whole, True) for item in self._ids[whole])

    def share(self, item: str, n_found: int) -> float:
        """So many different runs, of all that are looked for of an item's question; 0 to 1."""
        n = self._n_keys.get(item, 0)
        return n_found / n if n else 0.0
