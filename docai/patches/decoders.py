"""Language models that several vision-language models are built on, by the published config.json of each."""

from __future__ import annotations

from docai.patches.shapes import decoder

QWEN2_05B = decoder(n_layers=24, hidden=896, intermediate=4864, n_heads=14, n_kv_heads=2, head_dim=64)
QWEN2_15B = decoder(n_layers=28, hidden=1536, intermediate=8960, n_heads=12, n_kv_heads=2, head_dim=128)
QWEN2_7B = decoder(n_layers=28, hidden=3584, intermediate=18_944, n_heads=28, n_kv_heads=4, head_dim=128)
QWEN2_72B = decoder(n_layers=80, hidden=8192, intermediate=29_568, n_heads=64, n_kv_heads=8, head_dim=128)
QWEN15_7B = decoder(n_layers=32, hidden=4096, intermediate=11_008, n_heads=32, n_kv_heads=32, head_dim=128)
QWEN25_3B = decoder(n_layers=36, hidden=2048, intermediate=11_008, n_heads=16, n_kv_heads=2, head_dim=128)
QWEN25_14B = decoder(n_layers=48, hidden=5120, intermediate=13_824, n_heads=40, n_kv_heads=8, head_dim=128)
QWEN25_32B = decoder(n_layers=64, hidden=5120, intermediate=27_648, n_heads=40, n_kv_heads=8, head_dim=128)
QWEN3_06B = decoder(n_layers=28, hidden=1024, intermediate=3072, n_heads=16, n_kv_heads=8, head_dim=128)
QWEN3_2B = decoder(n_layers=28, hidden=2048, intermediate=6144, n_heads=16, n_kv_heads=8, head_dim=128)
QWEN3_4B = decoder(n_layers=36, hidden=2560, intermediate=9728, n_heads=32, n_kv_heads=8, head_dim=128)
QWEN3_8B = decoder(n_layers=36, hidden=4096, intermediate=12_288, n_heads=32, n_kv_heads=8, head_dim=128)
QWEN3_32B = decoder(n_layers=64, hidden=5120, intermediate=25_600, n_heads=64, n_kv_heads=8, head_dim=128)
LLAMA2_7B = decoder(n_layers=32, hidden=4096, intermediate=11_008, n_heads=32, n_kv_heads=32, head_dim=128)
LLAMA3_8B = decoder(n_layers=32, hidden=4096, intermediate=14_336, n_heads=32, n_kv_heads=8, head_dim=128)
MISTRAL_7B = decoder(n_layers=32, hidden=4096, intermediate=14_336, n_heads=32, n_kv_heads=8, head_dim=128)
MISTRAL_NEMO_12B = decoder(n_layers=40, hidden=5120, intermediate=14_336, n_heads=32, n_kv_heads=8, head_dim=128)
MISTRAL_SMALL_24B = decoder(n_layers=40, hidden=5120, intermediate=32_768, n_heads=32, n_kv_heads=8, head_dim=128)
INTERNLM25_7B = decoder(n_layers=32, hidden=4096, intermediate=14_336, n_heads=32, n_kv_heads=8, head_dim=128)
SMOLLM2_17B = decoder(n_layers=24, hidden=2048, intermediate=8192, n_heads=32, n_kv_heads=32, head_dim=64)
SMOLLM2_135M = decoder(n_layers=30, hidden=576, intermediate=1536, n_heads=9, n_kv_heads=3, head_dim=64)
ERNIE_03B = decoder(n_layers=18, hidden=1024, intermediate=3072, n_heads=16, n_kv_heads=2, head_dim=128)
GRANITE_DOCLING_05B = decoder(n_layers=28, hidden=1024, intermediate=2048, n_heads=16, n_kv_heads=4, head_dim=64)
GEMMA_2B = decoder(n_layers=18, hidden=2048, intermediate=16_384, n_heads=8, n_kv_heads=1, head_dim=256)
GEMMA2_2B = decoder(n_layers=26, hidden=2304, intermediate=9216, n_heads=8, n_kv_heads=4, head_dim=256)
