"""Words by which rows and columns are called totals, in the commonest languages of Europe."""

from __future__ import annotations

import re

_TOTALS = """
total totals subtotal sub-total sum overall altogether aggregate
gesamt gesamtsumme gesamtbetrag insgesamt summe zwischensumme zusammen endsumme bilanzsumme
totaux sous-total somm[ea] ensemble totale totali subtotale complessivo totales suma conjunto totais soma
totaal subtotaal totalt summa delsumma sammanlagt yhteensä välisumma
razem ogółem łącznie celkem součet mezisoučet spolu súčet
összesen összeg mindösszesen ukupno skupaj zbroj
итого всего общо сума
всього разом σύνολο
"""
_TOTAL = re.compile(rf"(?<!\w)(?:{'|'.join(_TOTALS.split())}|i alt)(?!\w)", re.IGNORECASE)
_SHARE = re.compile(
    r"%|\b(?:percent(?:age)?s?|per\s+cent|shares?|anteile?|prozent|parts?|quota|pourcentage|porcentaje|percentuale|"
    r"andel|procent|osuus|udzia\u0142|pod\u00edl)\b",
    re.IGNORECASE,
)


def is_total(label: str) -> bool:
    """Whether a label calls what it names a total."""
    return _TOTAL.search(label) is not None


def is_share(label: str) -> bool:
    """Whether a label calls what it names shares of a whole."""
    return _SHARE.search(label) is not None
