"""Page images and queries to vectors by a model of the ColPali family: one per image patch, none pooled or left out."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from itertools import zip_longest
from threading import Lock

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from transformers import PreTrainedConfig, ProcessorMixin

from docai.domain.embeddings import HalfMatrix, PageEmbedding, PageSight, PatchEmbedding, QueryEmbedding
from docai.domain.geometry import even_cells
from docai.domain.words import PageWords
from docai.engines.checkpoints.control_tokens import special_tokens
from docai.engines.embedder import grids
from docai.engines.embedder.batching import Batch, Ceilings, halving, plan
from docai.engines.embedder.grids import PatchGrid
from docai.engines.embedder.loading import LoadedModel
from docai.engines.embedder.profiles import Cutting
from docai.engines.embedder.queries import plain
from docai.errors import EngineUnavailable, InvalidEmbedding, InvalidQuestion, PageUnreadable

VERSION = 1
"""Raised whenever the same page or query gets other vectors from the same weights; it is part of the fingerprint."""

MAX_NORM_ERROR = 0.02
"""How far from 1 a vector may be as the model gives it: normalised in bfloat16, of 8 bits, it is within 0.01."""

BATCH_TOKENS = {"cpu": 1024, "cuda": 8192}
"""Image tokens per batch. A GPU needs many to be busy; a CPU core is busy with one page, and four of them, no longer
in its caches, take 5 to 10 % more time each (measured with 37 million weights)."""

Tensors = dict[str, torch.Tensor]


class ColPaliEmbedder:
    """Page images and queries to vectors for late interaction. Thread-safe."""

    def __init__(
        self,
        loaded: LoadedModel,
        *,
        renderer: str = "",
        batch_tokens: int | None = None,
        max_query_tokens: int = 512,
    ) -> None:
        """Take a loaded model into use.

        Args:
            loaded: The model; see docai.engines.embedder.loading.load.
            renderer: Name and version of what draws the pages: another one draws other pixels.
            batch_tokens: Most image tokens per batch, None for what suits the device; a batch that does not fit into
                memory is halved.
            max_query_tokens: Longest query; the models were trained on queries of some 50 tokens.
        """
        self._loaded = loaded
        self._model = loaded.model
        self._processor = loaded.processor
        self._ceilings = Ceilings(batch_tokens or BATCH_TOKENS[loaded.device.type])
        self._max_query_tokens = max_query_tokens
        # Tokenizers fail when two threads borrow them at once, and two batches at once would not fit into memory.
        self._processing, self._computing = Lock(), Lock()
        self._special = special_tokens(loaded.processor.tokenizer.get_added_vocab())
        self._image_token = _image_token(loaded.model.config)
        self._fingerprint = _fingerprint(loaded, renderer)

    @property
    def fingerprint(self) -> str:
        """Of model, weights, processor, precision, renderer and code: others' vectors are never compared with these."""
        return self._fingerprint

    @property
    def dimension(self) -> int:
        """D, the length of a vector."""
        return self._loaded.dimension

    @property
    def sees_images(self) -> bool:
        """Whether it looks at page images: at nothing else."""
        return True

    @property
    def description(self) -> dict[str, str]:
        """What was chosen when the model was loaded, for operators."""
        loaded = self._loaded
        return {
            "source": loaded.profile.source,
            "revision": loaded.revision or "",
            "architecture": loaded.checkpoint.architecture.name,
            "licence": loaded.profile.licence,
            "commercial_use": loaded.profile.commercial_use.value,
            "device": str(loaded.device),
            "dtype": str(loaded.dtype).removeprefix("torch."),
            "attention": loaded.attention,
            **{name: version(name) for name in ("colpali-engine", "transformers", "torch")},
        }

    def embed_pages(self, pages: Sequence[PageSight]) -> list[PageEmbedding | None]:
        """Each page's patch vectors, all of them; see `embed_images`. The prompt's are left out.

        Raises:
            PageUnreadable: a page has no image; or as `embed_images`.
            InvalidEmbedding, EngineUnavailable: as `embed_images`.
        """
        images = [page.image for page in pages if page.image is not None]
        if len(images) < len(pages):
            raise PageUnreadable("the page has no image to embed: read its document again")
        return [embedding.as_page() for embedding in self.embed_images(images)]

    def embed_words(self, words: PageWords) -> PageEmbedding | None:
        """None: its vectors are of images, and are looked up where they are wanted again."""
        del words
        return None

    def embed_images(self, images: Sequence[bytes]) -> list[PatchEmbedding]:
        """Embed page images, each an image file's bytes.

        A page's vectors do not depend on the pages it is embedded with. Images are prepared in a thread while the
        device computes.

        Raises:
            PageUnreadable: an image is damaged, or too narrow for the model.
            InvalidEmbedding: the model gave a vector that is not finite or has no length.
            EngineUnavailable: a single page does not fit into the device's memory.
        """
        batches = plan([self._grid(*_size(image)) for image in images], self._ceilings)
        found: dict[int, PatchEmbedding] = {}
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="page-images") as preparing:
            for batch, tensors in self._prepared(batches, images, preparing):
                found.update(zip(batch.pages, self._embedded(batch, tensors), strict=True))
        return [found[page] for page in range(len(images))]

    def embed_query(self, text: str, weights: Mapping[str, float]) -> QueryEmbedding | None:
        """One vector per token of the query, with those the model's own prompt adds; None for a text without any.

        Args:
            text: The query, in any language; special tokens of the model in it are plain text.
            weights: Not used: the model itself weighs words by their context, and it was trained on a plain sum.

        Raises:
            InvalidQuestion: the query has more tokens than allowed.
            InvalidEmbedding: the model gave a vector that is not finite or has no length.
        """
        del weights
        line = plain(text, self._special)
        if not line:
            return None
        with self._processing:
            tensors = _tensors(self._processor.process_queries([line]))
        n_tokens = int(tensors["attention_mask"].sum())
        if n_tokens > self._max_query_tokens:
            raise InvalidQuestion(
                f"the question has {n_tokens} tokens; shorten it to {self._max_query_tokens}",
                tokens=n_tokens,
                limit=self._max_query_tokens,
            )
        vectors = self._vectors(tensors)[0]
        ids = tensors["input_ids"][0][tensors["attention_mask"][0].bool()].tolist()
        with self._processing:
            tokens = tuple(self._processor.tokenizer.decode([token]) for token in ids)
        return QueryEmbedding(vectors.astype(np.float32), tokens, self._fingerprint)

    def _prepared(
        self, batches: list[Batch], images: Sequence[bytes], preparing: ThreadPoolExecutor
    ) -> Iterator[tuple[Batch, Tensors]]:
        """Each batch with its tensors; the next batch's are made meanwhile, and no further ones, to bound memory."""
        ahead = None
        for batch, following in zip_longest(batches, batches[1:]):
            ready = ahead or preparing.submit(self._prepare, [images[page] for page in batch.pages])
            tensors = ready.result()
            ahead = following and preparing.submit(self._prepare, [images[page] for page in following.pages])
            yield batch, tensors

    def _prepare(self, images: list[bytes]) -> Tensors:
        pictures = [_picture(image) for image in images]
        with self._processing:
            return _tensors(self._processor.process_images(pictures))

    def _embedded(self, batch: Batch, tensors: Tensors) -> list[PatchEmbedding]:
        def compute(part: slice) -> list[PatchEmbedding]:
            chosen = {name: tensor[part] for name, tensor in tensors.items()}
            rows = self._vectors(chosen)
            masks = zip(chosen["input_ids"], chosen["attention_mask"], strict=True)
            return [
                self._page(batch.grid, vectors, (ids[mask.bool()] == self._image_token).numpy())
                for vectors, (ids, mask) in zip(rows, masks, strict=True)
            ]

        try:
            return halving(batch, self._ceilings, compute)
        except MemoryError as error:
            raise EngineUnavailable(
                f"a page of {batch.grid.tokens} image tokens does not fit into the memory of {self._loaded.device}; "
                "lower the number of visual tokens",
                tokens=batch.grid.tokens,
            ) from error

    def _page(self, grid: PatchGrid, vectors: HalfMatrix, is_image: npt.NDArray[np.bool_]) -> PatchEmbedding:
        image = vectors[is_image]
        if len(image) != grid.tokens:
            # The processor cut the page otherwise than foreseen: the boxes would be wrong.
            raise InvalidEmbedding(
                f"the model gave {len(image)} image vectors for a page of {grid.rows} x {grid.columns} patches",
                vectors=len(image),
                expected=grid.tokens,
            )
        return PatchEmbedding(
            patches=image[grids.order(grid)],
            rows=grid.rows,
            columns=grid.columns,
            boxes=even_cells(grid.rows, grid.columns),
            overview=image[grid.patches :],
            overview_boxes=even_cells(grid.overview_side, grid.overview_side),
            prompt=vectors[~is_image],
            encoder=self._fingerprint,
        )

    def _vectors(self, tensors: Tensors) -> list[HalfMatrix]:
        """Each sequence's vectors without those of padding, (L, D), unit length, float16.

        Raises:
            InvalidEmbedding: a vector is not finite or has no length.
            MemoryError: the batch does not fit.
        """
        try:
            with self._computing, torch.inference_mode():
                output = self._model(**self._on_device(tensors))
                vectors = getattr(output, "embeddings", output).float()
                norms = vectors.norm(dim=-1)
                # Off the device at once, in the precision they are stored in.
                halves = (vectors / norms.unsqueeze(-1)).half().cpu().numpy()
                lengths = norms.cpu().numpy()
        except torch.OutOfMemoryError as error:
            del error
            torch.cuda.empty_cache()
            raise MemoryError from None
        masks = tensors["attention_mask"].bool().numpy()
        for row, mask in zip(lengths, masks, strict=True):
            _check(row[mask])
        return [row[mask] for row, mask in zip(halves, masks, strict=True)]

    def _on_device(self, tensors: Tensors) -> Tensors:
        device, dtype = self._loaded.device, self._loaded.dtype
        return {
            name: tensor.to(device, dtype if tensor.is_floating_point() else None, non_blocking=True)
            for name, tensor in tensors.items()
        }

    def _grid(self, width_px: int, height_px: int) -> PatchGrid:
        images = self._processor.image_processor
        match self._loaded.profile.architecture.cutting:
            case Cutting.NATIVE:
                try:
                    return grids.native(
                        width_px,
                        height_px,
                        cell_px=images.patch_size * images.merge_size,
                        min_pixels=images.size["shortest_edge"],
                        max_pixels=images.size["longest_edge"],
                    )
                except ValueError as error:
                    raise PageUnreadable(str(error)) from error
            case Cutting.TILED:
                side = round(self._processor.image_seq_len**0.5)
                if not images.do_image_splitting:
                    return grids.square(side)
                longest, tile = images.size["longest_edge"], images.max_image_size["longest_edge"]
                return grids.tiled(width_px, height_px, longest_px=longest, tile_px=tile, side=side)
            case Cutting.SQUARE:
                return grids.square(round(_image_length(self._processor) ** 0.5))


def _size(image: bytes) -> tuple[int, int]:
    """Width and height, from the file's header."""
    try:
        with Image.open(io.BytesIO(image)) as opened:
            return opened.size
    except (OSError, ValueError, SyntaxError) as error:
        raise PageUnreadable(f"the page's image is damaged: {error}") from error


def _picture(image: bytes) -> Image.Image:
    try:
        with Image.open(io.BytesIO(image)) as opened:
            return opened.convert("RGB")
    except (OSError, ValueError, SyntaxError) as error:
        raise PageUnreadable(f"the page's image is damaged: {error}") from error


def _tensors(made: Mapping[str, object]) -> Tensors:
    """What the model takes; `labels` are for training, and would have it compute a loss."""
    return {name: value for name, value in made.items() if isinstance(value, torch.Tensor) and name != "labels"}


def _image_token(config: PreTrainedConfig) -> int:
    """Id of the token that stands for an image patch; ColGemma3's processor names another one, which begins images."""
    inner = getattr(config, "vlm_config", config)
    name = "image_token_id" if hasattr(inner, "image_token_id") else "image_token_index"
    return int(getattr(inner, name))


def _image_length(processor: ProcessorMixin) -> int:
    """How many vectors a squashed page has, where the processor or its image part says it."""
    found = getattr(processor, "image_seq_length", None) or processor.image_processor.image_seq_length
    return int(found)


def _check(norms: npt.NDArray[np.float32]) -> None:
    wrong = np.flatnonzero(~(np.abs(norms - 1.0) <= MAX_NORM_ERROR))  # also where the norm is not a number
    if len(wrong):
        raise InvalidEmbedding(
            f"{len(wrong)} of {len(norms)} vectors are not of unit length, the first of length {norms[wrong[0]]}",
            first=int(wrong[0]),
        )


def _fingerprint(loaded: LoadedModel, renderer: str) -> str:
    """Everything that decides the vectors. The digest of the weights stands for model and revision."""
    checkpoint = loaded.checkpoint
    images = loaded.processor.image_processor
    decided_by = {
        "version": VERSION,
        "architecture": checkpoint.architecture.name,
        "weights": checkpoint.weights_digest,
        "settings": checkpoint.settings_digest,
        "size": {edge: length for edge, length in dict(images.size).items() if length},
        "dimension": loaded.dimension,
        "dtype": str(loaded.dtype),
        "renderer": renderer,
    }
    digest = hashlib.sha256(json.dumps(decided_by, sort_keys=True).encode()).hexdigest()
    return f"colpali/{VERSION};{checkpoint.architecture.name};dimension={loaded.dimension};{digest[:32]}"
