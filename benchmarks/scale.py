"""How many webcam visitors a machine serves: visitors are added until answers come late.

    python -m benchmarks.scale PICTURE [REPLICAS ...]

For each number of replicas (1 2), which are processes of the page, visitors send the picture 30
times a second, or as soon as they have the last answer, spread over the replicas. The table ends
where 95 of 100 answers take more than LATE, or a replica refuses more visitors. They are programs
in a process beside the pages, on the same cores: what they cost is told too.
"""

import argparse
import asyncio
import io
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import numpy as np
import psutil
from PIL import Image

from fer_system import DEFAULT_MODEL, load_picture
from tests.serving import started

LATE = 0.2
"""Seconds."""
RATE = 30
"""Pictures a second of a camera."""
SECONDS = 8
NUMBERS = (1, 2, 4, 6, 8, 12, 16, 24, 32, 48)
"""Of visitors."""


COLUMNS = (
    *("replicas", "visitors", "answers a second each", "in all", "p50 ms", "p95 ms"),
    *("server, ms of a core a picture", "visitors, the same", "refused"),
)


class Load(NamedTuple):
    """What came of so many visitors: seconds to each answer, refusals, and processor seconds."""

    latencies: list[float]
    refused: int
    server: float
    visitors: float


async def visit(address: str, picture: bytes, number: int, end: float) -> tuple[list[float], int]:
    """A webcam at an address of its own: seconds to each answer, and how many were refused."""
    place = urlsplit(address)
    reader, writer = await asyncio.open_connection(
        place.hostname, place.port, local_addr=(f"127.0.1.{number + 1}", 0)
    )
    request = (
        f"POST /live?session=visitor-{number} HTTP/1.1\r\nHost: {place.netloc}\r\n"
        f"Content-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
    ).encode()
    latencies, refused = [], 0
    while (began := time.perf_counter()) < end:
        writer.write(request + picture)
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
        await reader.readexactly(length)
        latency = time.perf_counter() - began
        if head.split()[1] == "200":
            latencies.append(latency)
        else:
            refused += 1
        await asyncio.sleep(max(0, 1 / RATE - latency))
    writer.close()
    return latencies, refused


def cpu_seconds(processes: Sequence[psutil.Process]) -> float:
    """Processor seconds that they took since their start."""
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def load(
    addresses: Sequence[str], servers: Sequence[psutil.Process], picture: bytes, number: int
) -> Load:
    """So many visitors for SECONDS."""
    own = [psutil.Process()]
    before = cpu_seconds(servers), cpu_seconds(own)

    async def visits() -> list[tuple[list[float], int]]:
        end = time.perf_counter() + SECONDS
        return await asyncio.gather(
            *(
                visit(addresses[visitor % len(addresses)], picture, visitor, end)
                for visitor in range(number)
            )
        )

    results = asyncio.run(visits())
    return Load(
        [latency for latencies, _ in results for latency in latencies],
        sum(refused for _, refused in results),
        cpu_seconds(servers) - before[0],
        cpu_seconds(own) - before[1],
    )


def row(replicas: int, visitors: int, found: Load) -> str:
    """A line of the table."""
    answers = len(found.latencies)
    half, most = (1000 * np.percentile(found.latencies, share) for share in (50, 95))
    return (
        f"| {replicas} | {visitors} | {answers / SECONDS / visitors:.1f} | {answers / SECONDS:.0f} "
        f"| {half:.0f} | {most:.0f} | {1000 * found.server / answers:.1f} "
        f"| {1000 * found.visitors / answers:.1f} | {found.refused} |"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale")
    parser.add_argument("picture", type=Path)
    parser.add_argument("replicas", type=int, nargs="*", default=[1, 2])
    flags = parser.parse_args()
    image = Image.fromarray(load_picture(flags.picture))
    image.thumbnail((448, 448))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=80)
    content = file.getvalue()
    print(f"{psutil.cpu_count()} cores; {flags.picture.name}, {len(content):,} bytes")
    print(f"| {' | '.join(COLUMNS)} |\n{'|---' * len(COLUMNS)}|")
    for replicas in flags.replicas:
        with ExitStack() as stack:
            pages = [
                stack.enter_context(started(str(DEFAULT_MODEL), detector="yunet"))
                for _ in range(replicas)
            ]
            servers = [psutil.Process(process.pid) for process, *_ in pages]
            addresses = [address for _, address, _ in pages]
            load(addresses, servers, content, replicas)
            for number in NUMBERS:
                found = load(addresses, servers, content, number)
                print(row(replicas, number, found), flush=True)
                if found.refused or np.percentile(found.latencies, 95) > LATE:
                    break


if __name__ == "__main__":
    main()
