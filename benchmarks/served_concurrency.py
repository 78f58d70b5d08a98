"""Pages a second from a served model whose answers take 100 ms, against the ideal of requests that cost nothing.

The server runs in a process of its own on this machine and answers every request after the latency; images are noise,
so that they weigh as much as real pages do.
"""

from __future__ import annotations

import argparse
import io
import multiprocessing
import os
import random
import statistics
import time
from multiprocessing.connection import Connection

from PIL import Image

from docai.domain.generations import Decoding, GenerationRequest, ShownImage, StopReason
from docai.domain.sights import Purpose, TokenPlan
from docai.engines.vlm.remote import Limits, RemoteModel
from docai.engines.vlm.served import ChatCompletions
from docai.engines.vlm.server_profiles import SERVERS
from docai.patches.models import model_named
from tests.integration.vlm.scripted_server import completion, scripted_server


def serve(latency_s: float, told: Connection) -> None:
    """Until the other side says stop."""
    usage = {"prompt_tokens": 20_000, "completion_tokens": 400, "total_tokens": 20_400}
    reply = completion("A page of text. " * 100, usage=usage, after_s=latency_s)
    with scripted_server(lambda *_: reply, is_strict=False) as server:
        told.send(server.url)
        told.recv()
        told.send(server.most_at_once)


def page(kilobytes: int) -> ShownImage:
    """A page of noise of about so many kilobytes."""
    side = max(56, int((kilobytes * 1000) ** 0.5))
    written = io.BytesIO()
    Image.frombytes("L", (side, side), random.randbytes(side * side)).save(written, "png")
    sight = model_named("qwen2.5-vl-7b").see(side, side)
    plan = TokenPlan(purpose=Purpose.TEXT, sight=sight, dpi=200, effective_dpi=200, floor_dpi=150, print_em_px=None)
    return ShownImage(content=written.getvalue(), plan=plan)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--concurrency", type=int, default=50, help="requests under way at once")
    parser.add_argument("--pages", type=int, default=500, help="pages of a run")
    parser.add_argument("--latency-ms", type=float, default=100.0, help="time that the server takes for a page")
    parser.add_argument("--page-kb", type=int, default=100, help="size of a page's image")
    parser.add_argument("--runs", type=int, default=5)
    chosen = parser.parse_args()
    latency_s = chosen.latency_ms / 1000
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(latency_s, theirs))
    process.start()
    rule = model_named("qwen2.5-vl-7b")
    wire = ChatCompletions(SERVERS["vllm"], model="m", url=ours.recv(), rule=rule)
    model = RemoteModel(wire, rule, Limits(concurrency=chosen.concurrency), is_cloud=False)
    image = page(chosen.page_kb)
    request = GenerationRequest(images=(image,), prompt="Read this page.", decoding=Decoding(max_tokens=4096))
    model.generate([request] * chosen.concurrency)  # connections are opened
    ideal_s = -(-chosen.pages // chosen.concurrency) * latency_s
    shares = []
    for _ in range(chosen.runs):
        began, busy = time.perf_counter(), time.process_time()
        made = model.generate([request] * chosen.pages)
        seconds, busy_s = time.perf_counter() - began, time.process_time() - busy
        assert all(generation.stop is StopReason.STOP for generation in made)
        shares.append(ideal_s / seconds)
        print(
            f"{chosen.pages} pages in {seconds:.2f} s, {chosen.pages / seconds:.0f} pages/s; ideal {ideal_s:.2f} s; "
            f"share of the ideal {shares[-1]:.3f}; {1000 * busy_s / chosen.pages:.2f} ms of processor time a page"
        )
    ours.send("stop")
    print(f"median share {statistics.median(shares):.3f}, best {max(shares):.3f}; most under way {ours.recv()}")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; page {len(image.content) / 1000:.0f} kB")
    model.close()
    process.join()


if __name__ == "__main__":
    main()
