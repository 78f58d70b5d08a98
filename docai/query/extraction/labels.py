"""How well a printed label names what a schema asks for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from docai.query.extraction.schema import Leaf, name_words
from docai.terms import Token, terms, tokens

_SAME = (
    ("number", "no", "nr", "num", "numero", "número", "nummer", "nº", "id"),
    ("quantity", "qty", "quantité", "menge", "cantidad", "anzahl", "qté", "units", "pcs"),
    ("tax", "vat", "gst", "iva", "mwst", "tva", "btw", "hst"),
    ("seller", "vendor", "supplier", "issuer", "merchant", "provider", "company"),
    ("buyer", "customer", "client", "purchaser"),
    ("phone", "tel", "telephone", "mobile"),
    ("amount", "amt", "importe", "betrag", "montant", "bedrag", "importo"),
    ("description", "desc", "item", "product", "article", "particulars", "service", "details", "designation"),
    ("address", "addr", "adresse", "dirección"),
    ("date", "fecha", "datum", "data"),
    ("invoice", "factuur", "factura", "facture", "rechnung", "fattura", "bill"),
    ("price", "rate", "precio", "prix", "preis", "prijs"),
    ("total", "totaal", "gesamt", "totale"),
    ("email", "mail"),
    ("zip", "postal", "postcode"),
    ("birth", "dob"),
    ("name", "nom", "nombre", "naam"),
)
"""Words of forms and invoices that stand for one another, in a few languages."""
_CONCEPTS = {(terms(word) or [word])[0]: group[0] for group in _SAME for word in group}
_ALSO = {
    frozenset(name.split()): others
    for name, others in (
        ("amount", ("total", "total amount", "amount due")),
        ("total", ("amount due", "grand total")),
        ("total amount", ("total", "amount due", "grand total")),
        ("grand total", ("total", "amount due")),
        ("amount due", ("total", "balance due")),
        ("amount untaxed", ("subtotal", "total excl tax", "excl tax", "exclusief btw", "net total", "zwischensumme")),
        ("subtotal", ("net total", "sub total", "total excl tax")),
    )
}
"""What else amounts of invoices and receipts are called, for names that say no more than that."""
_PARTS = re.compile(r"^(?P<first>\w{3,}?)s?(?P<last>nummer|datum|betrag|adresse|nummern|preis|prijs|bedrag|naam)$")
"""German and Dutch write a label as one word."""
_SIGNS = {"#": " number ", "№": " number ", "%": " percent "}
_NUMERO = re.compile(r"\bn[o\u00ba\u00b0]\b\.?", re.IGNORECASE)
"""Else `no` is taken for a word of grammar."""
_QUOTED = re.compile(r"[(\u300c\"'\u201c\u2018`]([^()\u300d\"\u201d\u2019`]{2,60})[)\u300d\"'\u201d\u2019`]")
_EXAMPLE = re.compile(r"\b(?:e\.?g\.?|i\.?e\.?|such as|example|or null|omit|like)\b", re.IGNORECASE)
_HEAD_END = re.compile(r"[,;:.(\u2014]|\b(?:as printed|printed|in|of the|from|if|shown|such as|e\.g)\b", re.IGNORECASE)
_EMPTY_WORDS = frozenset({"as", "print", "origin", "exact", "format", "string", "valu", "field", "document", "null"})
_OWN_WEIGHT = 0.85
"""Nor does the name alone where it is that of one of several things, such as the seller's and the buyer's."""
_HEAD_WEIGHT = 0.9
"""A description says what is meant less exactly than the name does."""
_RECALL_WEIGHT = 0.55
"""Share of the score that is for what is asked and stands in the label; the rest is for what stands there unasked."""
_MOST_WORDS = 12
"""A longer run of words is no label."""


@dataclass(frozen=True, slots=True)
class Hint:
    """A way in which a label may be worded."""

    terms: frozenset[str]
    weight: float


@dataclass(frozen=True, slots=True)
class Naming:
    """The ways in which a leaf's label may be worded."""

    hints: tuple[Hint, ...]
    rarity: dict[str, float]
    """What each term tells of this leaf among the schema's leaves, above 0 up to 1."""

    def score(self, label: str) -> float:
        """0 to 1: how well a printed label names the leaf."""
        said = label_terms(label)
        if not said or len(label.split()) > _MOST_WORDS:
            return 0.0
        return max((self._meets(hint, said) for hint in self.hints), default=0.0)

    def _meets(self, hint: Hint, said: frozenset[str]) -> float:
        both = hint.terms & said
        if not both:
            return 0.0
        weigh = self.rarity.get
        recall = sum(weigh(t, 1.0) for t in both) / sum(weigh(t, 1.0) for t in hint.terms)
        precision = len(both) / len(said)
        return hint.weight * (_RECALL_WEIGHT * recall + (1 - _RECALL_WEIGHT) * precision)

    @property
    def terms(self) -> frozenset[str]:
        """Every term of every hint."""
        return frozenset[str]().union(*(hint.terms for hint in self.hints))


def label_terms(text: str) -> frozenset[str]:
    """The terms of a label, words that mean the same made one."""
    for sign, word in _SIGNS.items():
        text = text.replace(sign, word)
    text = _NUMERO.sub(" number ", text)
    found = [part for token in tokens(text) if not token.is_stop_word for part in _parts(token)]
    found = found or [token.term for token in tokens(text)]
    return frozenset(_CONCEPTS.get(term, term) for term in found)


def _parts(token: Token) -> list[str]:
    parts = _PARTS.match(token.surface)
    return [token.term] if parts is None else [*terms(parts["first"]), *terms(parts["last"])]


def naming_of(leaf: Leaf, siblings: Sequence[Leaf]) -> Naming:
    """How a leaf's label may be worded, among the leaves that it must be told from."""
    counts = Counter(term for other in siblings for term in label_terms(" ".join(name_words(other.name))))
    own = " ".join(name_words(leaf.name))
    hints = [Hint(label_terms(f"{' '.join(name_words(leaf.owner))} {own}"), 1.0)]
    if leaf.owner:
        hints.append(Hint(label_terms(own), _OWN_WEIGHT))
    hints += [Hint(label_terms(other), _OWN_WEIGHT) for other in _ALSO.get(frozenset(own.split()), ())]
    hints += [Hint(label_terms(said), 1.0) for said in _quoted(leaf.description)]
    if head := label_terms(_HEAD_END.split(leaf.description, maxsplit=1)[0]) - _EMPTY_WORDS:
        hints.append(Hint(head, _HEAD_WEIGHT))
    useful = tuple(hint for hint in hints if hint.terms)
    return Naming(useful, {term: 1 / n**0.5 for term, n in counts.items() if n})


def _quoted(description: str) -> list[str]:
    """What a description puts in brackets or quotation marks: the label as it is printed, if not an example."""
    found = []
    for match in _QUOTED.finditer(description):
        said = match[1].strip()
        if not _EXAMPLE.search(said) and not _EXAMPLE.search(description[max(0, match.start() - 12) : match.start()]):
            found += [part.strip() for part in said.split("/") if part.strip()]
    return found
