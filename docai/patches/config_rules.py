"""How each kind of checkpoint writes its rule's constants into its files, and what it leaves to its classes."""

from __future__ import annotations

from docai.domain.sights import Connector
from docai.patches.anyres import AnyRes
from docai.patches.canvas import DeepSeekTiles, InternVLTiles
from docai.patches.checkpoint_files import CheckpointFiles
from docai.patches.dynamic import FitLongest, SmallSides, SmartResize
from docai.patches.fitted import DonutCanvas, Idefics2Pieces, MllamaTiles
from docai.patches.fixed import CentreSquare, Squashed, squashed_square
from docai.patches.rule import Rule
from docai.patches.slices import MiniCPMSlices
from docai.patches.splitting import GraniteTiles, Idefics3Tiles


def qwen(files: CheckpointFiles) -> Rule:
    """Qwen2-VL and what is built like it."""
    return _smart(files, 56 * 56, 28 * 28 * 1280, SmartResize())


def paddle(files: CheckpointFiles) -> Rule:
    """PaddleOCR-VL."""
    return _smart(files, 384**2, 1536**2, SmartResize(small_sides=SmallSides.SCALE_ROUNDED))


def glm(files: CheckpointFiles) -> Rule:
    """GLM-OCR and GLM-4.6V; a still image counts as `temporal_patch_size` frames."""
    frames = files.image_number("temporal_patch_size", 2)
    like = SmartResize(frames=frames, small_sides=SmallSides.SCALE_TRUNCATED)
    return _smart(files, 112 * 112, 28 * 28 * 15_000, like)


def _smart(files: CheckpointFiles, least: int, most: int, like: SmartResize) -> SmartResize:
    least = files.image_number("min_pixels", files.size("shortest_edge", "min_pixels", default=least))
    most = files.image_number("max_pixels", files.size("longest_edge", "max_pixels", default=most))
    return SmartResize(
        patch=files.image_number("patch_size", like.patch),
        merge=files.image_number("merge_size", like.merge),
        min_pixels=least,
        max_pixels=most,
        frames=like.frames,
        small_sides=like.small_sides,
    )


def pixtral(files: CheckpointFiles) -> Rule:
    """Pixtral and Mistral Small 3."""
    return _longest(files, 1024, 16, 1, has_breaks=True)


def lighton(files: CheckpointFiles) -> Rule:
    """LightOnOCR."""
    return _longest(files, 1540, 14, 2, has_breaks=False)


def _longest(files: CheckpointFiles, longest: int, patch: int, merge: int, *, has_breaks: bool) -> FitLongest:
    configured = files.config.get("spatial_merge_size")
    own = files.size("longest_edge", default=longest)
    return FitLongest(
        longest=own,
        patch=files.vision_number("patch_size", patch),
        merge=files.processor_number("spatial_merge_size", configured if isinstance(configured, int) else merge),
        has_breaks=has_breaks,
        aligns=not has_breaks,
        max_longest=files.vision_number("image_size", own),
    )


def llava(files: CheckpointFiles) -> Rule:
    """LLaVA-1.5, or LLaVA-Interleave where the tower is SigLIP's."""
    patch = files.vision_number("patch_size", 14)
    if str(files.vision.get("model_type", "")).startswith("siglip"):
        return squashed_square(files.size("height", "shortest_edge", default=384), patch)
    crop = files.images.get("crop_size")
    side = crop if isinstance(crop, int) else int((crop or {}).get("height", files.size("shortest_edge", default=336)))
    states = files.processor_number("num_additional_image_tokens", 1)
    dropped = 0 if files.config.get("vision_feature_select_strategy") == "full" else 1
    pads = files.image_flag("do_pad", default=False)
    return CentreSquare(side, patch, pads=pads, extra_tokens=states - dropped)


_NEXT_CANVASES = [[336, 672], [672, 336], [672, 672], [1008, 336], [336, 1008]]
"""`image_grid_pinpoints` of transformers `LlavaNextImageProcessor`."""
_ONEVISION_CANVASES = [[384 * rows, 384 * columns] for rows in range(1, 7) for columns in range(1, 7)]
"""`image_grid_pinpoints` of transformers `LlavaOnevisionImageProcessor`."""


def _canvases(files: CheckpointFiles, default: list[list[int]]) -> tuple[tuple[int, int], ...]:
    given = files.images.get("image_grid_pinpoints") or files.config.get("image_grid_pinpoints") or default
    return tuple((int(height), int(width)) for height, width in given)


def llava_next(files: CheckpointFiles) -> Rule:
    """LLaVA-NeXT."""
    tile = files.size("shortest_edge", "height", default=336)
    return AnyRes(tile, files.vision_number("patch_size", 14), _canvases(files, _NEXT_CANVASES))


def onevision(files: CheckpointFiles) -> Rule:
    """LLaVA-OneVision; `anyres_max_9` says how many tiles' features are kept."""
    allowed = str(files.preprocessor.get("vision_aspect_ratio") or files.config.get("vision_aspect_ratio") or "")
    digits = allowed.removeprefix("anyres_max_")
    return AnyRes(
        files.size("height", "shortest_edge", default=384),
        files.vision_number("patch_size", 14),
        _canvases(files, _ONEVISION_CANVASES),
        max_feature_tiles=int(digits) if digits.isdigit() else 9,
    )


def mllama(files: CheckpointFiles) -> Rule:
    """Llama 3.2 Vision."""
    tile = files.size("height", default=files.vision_number("image_size", 560))
    return MllamaTiles(tile, files.vision_number("patch_size", 14), files.image_number("max_image_tiles", 4))


def internvl(files: CheckpointFiles) -> Rule:
    """InternVL in transformers' own form; a checkpoint that does not cut is told to."""
    patch = files.vision.get("patch_size", 14)
    ratio = float(files.config.get("downsample_ratio", 0.5))
    return InternVLTiles(
        tile=files.size("height", "shortest_edge", default=448),
        patch=int(patch[0] if isinstance(patch, list | tuple) else patch),
        merge=round(1 / ratio),
        least=files.image_number("min_patches", 1),
        most=files.image_number("max_patches", 12),
    )


def internvl_chat(files: CheckpointFiles) -> Rule:
    """InternVL in its authors' form, where config.json has the tiles."""
    tile, most = files.config.get("force_image_size"), files.config.get("max_dynamic_patch")
    return InternVLTiles(
        tile=tile if isinstance(tile, int) else files.vision_number("image_size", 448),
        patch=files.vision_number("patch_size", 14),
        merge=round(1 / float(files.config.get("downsample_ratio", 0.5))),
        most=most if isinstance(most, int) else 12,
    )


def paligemma(files: CheckpointFiles) -> Rule:
    """PaliGemma and PaliGemma 2."""
    side = files.size("height", "shortest_edge", default=files.vision_number("image_size", 224))
    return squashed_square(side, files.vision_number("patch_size", 14))


def q_former(files: CheckpointFiles) -> Rule:
    """BLIP-2 and InstructBLIP."""
    queries = files.config.get("num_query_tokens", 32)
    side = files.size("height", "shortest_edge", default=files.vision_number("image_size", 224))
    return Squashed(side, side, files.vision_number("patch_size", 14), int(queries), Connector.RESAMPLED)


def idefics(files: CheckpointFiles) -> Rule:
    """IDEFICS; a fake token stands on either side of the image's in the prompt, and 64 latents outside it."""
    side = files.image_number("image_size", files.vision_number("image_size", 224))
    perceiver = files.config.get("perceiver_config") or {}
    latents = int(perceiver.get("resampler_n_latents", 64))
    patch = files.vision_number("patch_size", 14)
    return Squashed(side, side, patch, latents, Connector.RESAMPLED, framing=3 - latents)


def idefics2(files: CheckpointFiles) -> Rule:
    """Idefics2."""
    return Idefics2Pieces(
        splits=files.image_flag("do_image_splitting", default=False),
        shortest=files.size("shortest_edge", default=378),
        longest=files.size("longest_edge", default=980),
        patch=files.vision_number("patch_size", 14),
        latents=int((files.config.get("perceiver_config") or {}).get("resampler_n_latents", 64)),
    )


def idefics3(files: CheckpointFiles) -> Rule:
    """Idefics3, SmolVLM and granite-docling-258M."""
    tile = files.images.get("max_image_size")
    side = int(tile["longest_edge"]) if isinstance(tile, dict) else files.vision_number("image_size", 364)
    return Idefics3Tiles(
        tile=side,
        patch=files.vision_number("patch_size", 14),
        merge=int(files.config.get("scale_factor", 2)),
        longest=files.size("longest_edge", default=4 * side),
        splits=files.image_flag("do_image_splitting", default=True),
    )


def granite(files: CheckpointFiles) -> Rule:
    """granite-for-docling; the density router is not asked: which route is taken is planned."""
    return GraniteTiles(
        most=files.image_number("max_patches", 32) if files.image_flag("crop_to_patches", default=True) else 1,
        is_fine=files.image_flag("fine_route", default=False),
        has_fine=bool(files.vision.get("use_fine_route", True)),
        least=files.image_number("min_patches", 1),
        tile=files.size("height", default=512),
        patch=files.vision_number("patch_size", 16),
        coarse=files.vision_number("scale_factor", 4),
    )


def minicpm(files: CheckpointFiles) -> Rule:
    """MiniCPM-V 4.6 and 4.7."""
    return _slices(files, "16x", ())


def minicpm_ocr(files: CheckpointFiles) -> Rule:
    """MiniCPM-OCR; small images are always enlarged, so that their tokens do not hang on what they show."""
    return _slices(files, "4x", (("small_image_upsize", "always"),))


def _slices(files: CheckpointFiles, mode: str, settings: tuple[tuple[str, str], ...]) -> MiniCPMSlices:
    mode = str(files.images.get("downsample_mode") or mode)
    return MiniCPMSlices(
        merge=2 if mode == "4x" else 4,
        most=files.image_number("max_slice_nums", 9) if files.image_flag("slice_mode", default=True) else 1,
        has_image_id=files.image_flag("use_image_id", default=True),
        slice_px=files.image_number("scale_resolution", 448),
        patch=files.image_number("patch_size", 14),
        settings=settings,
    )


def minicpm_resampler(files: CheckpointFiles) -> Rule:
    """MiniCPM-V up to 4.5, which runs its authors' code."""
    queries = files.config.get("query_num")
    return MiniCPMSlices(
        queries=queries if isinstance(queries, int) else 64,
        most=files.image_number("max_slice_nums", 9),
        slice_px=files.image_number("scale_resolution", 448),
        patch=files.image_number("patch_size", 14),
    )


def deepseek_ocr2(files: CheckpointFiles) -> Rule:
    """DeepSeek-OCR-2."""
    tile, most = files.image_number("tile_size", 768), files.image_number("max_patches", 6)
    return DeepSeekTiles(
        tile,
        most,
        has_newlines=False,
        least=files.image_number("min_patches", 2),
        base=files.size("height", default=1024),
    )


def deepseek_ocr(files: CheckpointFiles) -> Rule:
    """DeepSeek-OCR, which runs its authors' code; its mode of tiles, two to six."""
    del files
    return DeepSeekTiles(640, 6, has_newlines=True)


def unlimited(files: CheckpointFiles) -> Rule:
    """Unlimited-OCR."""
    tile, most = files.image_number("tile_size", 640), files.image_number("max_patches", 32)
    return DeepSeekTiles(
        tile,
        most,
        has_newlines=True,
        least=files.image_number("min_patches", 2),
        base=files.size("height", default=1024),
    )


def donut(files: CheckpointFiles) -> Rule:
    """Donut; older files have width and height as a list."""
    size = files.images.get("size")
    width, height = (
        size if isinstance(size, list) else (files.size("width", default=1920), files.size("height", default=2560))
    )
    return DonutCanvas(int(width), int(height), aligns=files.image_flag("do_align_long_axis", default=False))


def layout_square(files: CheckpointFiles) -> Rule:
    """LayoutLMv3 and UDOP; LayoutLMv3 has a class state of the image besides."""
    side = files.size("height", default=224)
    patch = int(files.config.get("patch_size", 16))
    extra = 1 if files.config.get("model_type") == "layoutlmv3" else 0
    return Squashed(side, side, patch, (side // patch) ** 2 + extra)
