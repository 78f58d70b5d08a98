"""Random checkpoints of Donut, LayoutLMv3 and UDOP, small enough to make, load and run in a second or two."""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import transformers
from PIL import Image
from tokenizers.pre_tokenizers import ByteLevel

from tests.models.byte_tokenizers import byte_tokenizer

DONUT_PX = (256, 320)
"""Width and height; published checkpoints have 1920 x 2560."""
DONUT_TOKENS = (DONUT_PX[0] // 32) * (DONUT_PX[1] // 32)
SQUARE_PX = 64
"""Side of what LayoutLMv3 and UDOP see; published checkpoints have 224."""
DOCVQA = ("<s_docvqa>", "<s_question>", "</s_question>", "<s_answer>", "</s_answer>")
CORD = ("<s_cord-v2>", "<s_menu>", "</s_menu>", "<s_nm>", "</s_nm>", "<sep/>")
Built = tuple[Any, Any]  # model, processor


def donut(tags: tuple[str, ...]) -> Built:
    """A checkpoint of one task, the first of its tags."""
    tokenizer = byte_tokenizer({}, ["<unk>", *tags], eos="</s>", pad="<pad>", bos="<s>")
    tokenizer.unk_token = "<unk>"
    encoder = transformers.DonutSwinConfig(
        image_size=[DONUT_PX[1], DONUT_PX[0]], embed_dim=8, depths=[1, 1, 1, 1], num_heads=[1, 2, 4, 8], window_size=5
    )
    decoder = transformers.MBartConfig(
        vocab_size=len(tokenizer),
        d_model=64,
        # The cache is made by the number of the encoder's layers, of which there are none.
        encoder_layers=2,
        decoder_layers=2,
        decoder_attention_heads=4,
        decoder_ffn_dim=64,
        max_position_embeddings=256,
        is_decoder=True,
        add_cross_attention=True,
        is_encoder_decoder=False,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    config = transformers.VisionEncoderDecoderConfig.from_encoder_decoder_configs(encoder, decoder)
    config.decoder_start_token_id = tokenizer.convert_tokens_to_ids(tags[0])
    config.pad_token_id = tokenizer.pad_token_id
    images = transformers.DonutImageProcessor(size={"width": DONUT_PX[0], "height": DONUT_PX[1]})
    return transformers.VisionEncoderDecoderModel(config), transformers.DonutProcessor(images, tokenizer)


def _square() -> Any:
    return transformers.LayoutLMv3ImageProcessor(apply_ocr=False, size={"height": SQUARE_PX, "width": SQUARE_PX})


def layoutlmv3() -> Built:
    # Positions are counted from the number of `<pad>`, which RoBERTa's vocabulary has as 1.
    tokens = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", *sorted(ByteLevel.alphabet())]
    vocabulary = {token: i for i, token in enumerate(tokens)}
    tokenizer = transformers.LayoutLMv3Tokenizer(vocab=vocabulary, merges=[])
    config = transformers.LayoutLMv3Config(
        vocab_size=len(vocabulary),
        hidden_size=36,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        coordinate_size=6,
        shape_size=6,
        initializer_range=0.1,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        input_size=SQUARE_PX,
        max_position_embeddings=514,
        pad_token_id=vocabulary["<pad>"],
        bos_token_id=vocabulary["<s>"],
        eos_token_id=vocabulary["</s>"],
    )
    images = _square()
    return transformers.LayoutLMv3ForQuestionAnswering(config), transformers.LayoutLMv3Processor(images, tokenizer)


def udop() -> Built:
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    pieces += [(symbol, -5.0) for symbol in "▁" + string.ascii_letters + string.digits + ".?,"]
    tokenizer = transformers.UdopTokenizer(vocab=pieces)
    config = transformers.UdopConfig(
        vocab_size=len(tokenizer) + 8,
        d_model=32,
        d_kv=8,
        d_ff=64,
        num_layers=2,
        num_heads=4,
        image_size=SQUARE_PX,
        patch_size=16,
        dropout_rate=0.0,
        pad_token_id=0,
        eos_token_id=1,
        decoder_start_token_id=0,
    )
    images = _square()
    return transformers.UdopForConditionalGeneration(config), transformers.UdopProcessor(images, tokenizer)


SPECIALISTS: dict[str, Callable[[], Built]] = {
    "donut-docvqa": lambda: donut(DOCVQA),
    "donut-cord": lambda: donut(CORD),
    "layoutlmv3": layoutlmv3,
    "udop": udop,
}


def save(built: Built, folder: Path) -> Path:
    """The checkpoint, to be loaded like any other."""
    model, processor = built
    model.eval().save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def random_specialist(name: str) -> Built:
    """Always the same one."""
    torch.manual_seed(0)
    return SPECIALISTS[name]()


def layoutlmv3_that_finds_letters(max_steps: int) -> Built:
    """Taught on pages of numbers with one capital letter among them that the letter is the answer.

    Places are made to mean nothing to it, so that it finds on long pages what it was taught on short ones.
    """
    model, processor = random_specialist("layoutlmv3")
    for name, weight in model.named_parameters():
        if "position_embeddings" in name or "pos_" in name:
            torch.nn.init.zeros_(weight).requires_grad_(False)
    optimiser = torch.optim.AdamW([weight for weight in model.parameters() if weight.requires_grad], lr=5e-3)
    rng = random.Random(0)
    loss = float("inf")
    for _ in range(max_steps):
        texts = [[str(rng.randint(0, 999)) for _ in range(8)] for _ in range(4)]
        for page in texts:
            page[rng.randrange(8)] = rng.choice(string.ascii_uppercase)
        boxes = [[[10 * i, 10, 10 * i + 8, 20] for i in range(8)] for _ in texts]
        blank = [Image.new("RGB", (40, 40), "white")] * len(texts)
        inputs = processor(blank, ["which?"] * 4, text_pair=texts, boxes=boxes, padding=True, return_tensors="pt")
        letters = torch.tensor([_letter(inputs, i, page) for i, page in enumerate(texts)])
        found = model(**inputs, start_positions=letters, end_positions=letters).loss
        optimiser.zero_grad()
        found.backward()
        optimiser.step()
        loss = float(found.detach())
        if loss < 0.02:
            break
    assert loss < 0.1, f"it has not learnt: loss {loss}"
    return model, processor


def _letter(inputs: Any, row: int, words: list[str]) -> int:
    """The token of the letter; its word's first one is the space before it."""
    wanted = next(i for i, word in enumerate(words) if word.isalpha())
    pairs = zip(inputs.word_ids(row), inputs.sequence_ids(row), strict=True)
    return max(i for i, (word, sequence) in enumerate(pairs) if word == wanted and sequence == 1)


def udop_that_says(answer: str, max_steps: int) -> Built:
    """Taught to write one answer whatever it is asked."""
    model, processor = random_specialist("udop")
    image, boxes = Image.new("RGB", (40, 40), "white"), [[10, 10, 50, 20]]
    inputs = processor(image, "Question answering. total?", text_pair=["Total"], boxes=boxes, return_tensors="pt")
    labels = processor.tokenizer(text_target=answer, return_tensors="pt").input_ids
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-2)
    loss = float("inf")
    for _ in range(max_steps):
        found = model(**inputs, labels=labels).loss
        optimiser.zero_grad()
        found.backward()
        optimiser.step()
        loss = float(found.detach())
        if loss < 0.02:
            break
    assert loss < 0.1, f"it has not learnt: loss {loss}"
    return model, processor
