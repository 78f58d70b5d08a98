"""Small files that pass for PDFs, and what is to be read of each of their pages: a pure function of its bytes."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

_HEAD = b"%PDF-1.7 for tests\n"


class Kind(StrEnum):
    """What sort of page it is; all but the first three are poison."""

    TEXT = "text"
    """Its words are in the file."""
    SCAN = "scan"
    """Its words are in its image alone."""
    BLANK = "blank"
    SEGFAULT = "segfault"
    """Measuring it ends the process."""
    OCR_SEGFAULT = "ocr_segfault"
    """Recognising its words ends the process."""
    LOOP = "loop"
    """Measuring it never ends."""
    HOG = "hog"
    """Measuring it takes 100 GB."""

    @property
    def is_poison(self) -> bool:
        """Whether it cannot be read."""
        return self not in {Kind.TEXT, Kind.SCAN, Kind.BLANK}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page as it stands in the file: its kind and random digits."""

    content: bytes

    @property
    def kind(self) -> Kind:
        return Kind(self.content.split()[0].decode())

    @property
    def words(self) -> tuple[str, ...]:
        """Three to six words, of letters alone so that none is taken apart."""
        digest = sha256(self.content).hexdigest().translate(str.maketrans("0123456789abcdef", "bcdfghjklmnpqrst"))
        n_words = 3 + digest.encode()[0] % 4
        return tuple(digest[8 * i : 8 * i + 8] for i in range(n_words))

    @property
    def image(self) -> bytes:
        """What drawing it gives."""
        return b"image of " + self.content

    def layout(self, words: Sequence[str], image: bytes | None) -> str:
        """What reading its layout gives, of the words and the image that came with it: anything mixed up shows."""
        return sha256(b"\0".join([self.content, " ".join(words).encode(), image or b""])).hexdigest()

    @property
    def expected_layout(self) -> str:
        return self.layout(self.words, self.image if self.kind is Kind.SCAN else None)

    @classmethod
    def of_image(cls, image: bytes) -> Sheet:
        """The page that an image is of."""
        return cls(image.removeprefix(b"image of "))


def written(sheets: Sequence[Sheet]) -> bytes:
    """A file of these pages."""
    return _HEAD + b"\n".join(sheet.content for sheet in sheets)


def read(content: bytes) -> list[Sheet]:
    """The pages of a file."""
    return [Sheet(line) for line in content.removeprefix(_HEAD).split(b"\n")]


def paper(random_: random.Random, n_pages: int, poison: Mapping[int, Kind] | None = None) -> bytes:
    """A new file of `n_pages`; `poison` says which of them, counted from 1, cannot be read."""
    sane = random_.choices((Kind.TEXT, Kind.SCAN, Kind.BLANK), (70, 25, 5), k=n_pages)
    kinds = [(poison or {}).get(number, kind) for number, kind in enumerate(sane, start=1)]
    return written([Sheet(b"%s %016x" % (kind.encode(), random_.getrandbits(64))) for kind in kinds])


def papers(random_: random.Random, n: int, *, mean_pages: float = 3.4) -> list[bytes]:
    """Files of one to `2 * mean_pages - 1` pages."""
    return [paper(random_, random_.randint(1, round(2 * mean_pages - 1))) for _ in range(n)]
