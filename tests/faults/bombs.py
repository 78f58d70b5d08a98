"""All bombs: PDFs written by hand to exhaust or trap a reader; where one is a page's, a sane page follows it."""

from __future__ import annotations

from collections.abc import Callable

from tests.faults import bombs_of_painting as painting
from tests.faults import bombs_of_structure as structure
from tests.integration import hostile

BOMBS: tuple[Callable[[], bytes], ...] = (
    hostile.billion_laughs,
    hostile.tiny_tiles,
    hostile.doubly_deflated,
    structure.triply_deflated,
    structure.lzw_bomb,
    structure.predictor_bomb,
    structure.filter_chain,
    structure.hundred_contents,
    structure.giant_page,
    structure.giant_unit,
    hostile.lying_count,
    structure.negative_count,
    hostile.cyclic_tree,
    structure.cyclic_parents,
    structure.cyclic_table,
    structure.cyclic_object_stream,
    structure.million_kids,
    structure.deep_tree,
    structure.nested_arrays,
    structure.reference_chain,
    structure.name_tree_cycle,
    structure.outline_cycle,
    structure.lying_labels,
    structure.long_string,
    painting.nested_patterns,
    painting.soft_mask_recursion,
    painting.group_tower,
    painting.group_crowd,
    painting.type3_recursion,
    painting.endless_dashes,
    painting.million_paths,
    painting.one_long_path,
    painting.clip_tower,
    painting.huge_function,
    painting.stitched_function,
    painting.endless_calculator,
    painting.patch_mesh,
    painting.annotation_recursion,
    painting.layer_recursion,
    painting.long_text,
    painting.crowded_text,
    painting.huge_font,
    painting.cmap_recursion,
    painting.image_40k,
    painting.colour_tower,
    painting.jbig2_bomb,
    painting.jpx_bomb,
    painting.fax_bomb,
    painting.jpeg_bomb,
    painting.picture_crowd,
)
