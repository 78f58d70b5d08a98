"""Bounds the time that one document's pages may take together, and what may be lost on pages that must be stopped."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from docai.errors import PageCrashed, PageGivenUp, PageTimedOut

_MAX_LOST_PAGES = 20
"""So many pages may be stopped at their limit, if the others do not make up for it: four minutes by default."""
_MAX_DOCUMENTS = 1000
_FORGET_S = 300.0
"""A document that nobody asked for so long is begun anew, as when its failed pages are to be read again."""


@dataclass(slots=True)
class _Account:
    useful_s: float = 0.0
    lost_s: float = 0.0
    last_used: float = 0.0


class Patience:
    """What each document has cost so far, in this process. Thread-safe."""

    def __init__(self, *, page_timeout_s: float, document_timeout_s: float) -> None:
        """Set the limits, seconds: of one step of one page, and of all steps of a document."""
        self._max_lost_s = _MAX_LOST_PAGES * page_timeout_s
        self._max_s = document_timeout_s
        self._lock = threading.Lock()
        self._accounts: OrderedDict[Hashable, _Account] = OrderedDict()

    @contextmanager
    def watch(self, document: Hashable) -> Iterator[None]:
        """Charge the time of one step to its document.

        Raises:
            PageGivenUp: the document has used up its time, or lost more of it than it made use of; the step is not
                taken.
        """
        account = self._account(document)
        self._check(account)
        begun = time.monotonic()
        is_lost = False
        try:
            yield
        except (PageTimedOut, PageCrashed):
            is_lost = True
            raise
        finally:
            spent_s = time.monotonic() - begun
            with self._lock:
                account.last_used = time.monotonic()
                account.lost_s += spent_s if is_lost else 0.0
                account.useful_s += 0.0 if is_lost else spent_s

    def charge(self, document: Hashable, seconds: float) -> None:
        """Charge time that is nobody's step, as for opening the document."""
        account = self._account(document)
        with self._lock:
            account.useful_s += seconds

    def _check(self, account: _Account) -> None:
        if account.useful_s + account.lost_s >= self._max_s:
            raise PageGivenUp(f"Not read: the pages before took the {self._max_s:g} s that a document may take.")
        if account.lost_s >= max(self._max_lost_s, account.useful_s):
            raise PageGivenUp(f"Not read: {account.lost_s:.0f} s were lost on pages before that had to be stopped.")

    def _account(self, document: Hashable) -> _Account:
        now = time.monotonic()
        with self._lock:
            account = self._accounts.pop(document, None)
            if account is None or now - account.last_used > _FORGET_S:
                account = _Account(last_used=now)
            self._accounts[document] = account
            if len(self._accounts) > _MAX_DOCUMENTS:
                self._accounts.popitem(last=False)
            return account
