"""The machine that this runs on, in words. Needs Python's own library alone."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

SECONDS = 20
"""How long NVIDIA's driver may take to wake up and answer."""


def cores() -> int:
    """How many processor cores this process may use."""
    usable = getattr(os, "sched_getaffinity", None)  # Linux alone has it
    return len(usable(0)) if usable else os.cpu_count() or 1


def processor(file: Path = Path("/proc/cpuinfo")) -> str:
    """The name of the processor, or "" where the system does not tell it as Linux does."""
    text = file.read_text("utf-8", "replace") if file.is_file() else ""
    name = re.search(r"^model name\s*: *(.+?) *$", text, re.M)
    return name[1] if name else ""


def gpus() -> list[str]:
    """NVIDIA's GPUs here, each as `NVIDIA H200, 143771 MiB`; OSError says why the driver fails."""
    program = shutil.which("nvidia-smi")
    if not program:
        return []
    command = [program, "--query-gpu=name,memory.total", "--format=csv,noheader"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise OSError(f"no answer within {SECONDS} s") from None
    if done.returncode:
        raise OSError((done.stdout + done.stderr).strip().partition("\n")[0])
    return done.stdout.splitlines()


def this_machine() -> str:
    """Processor cores and GPUs here, in words that go on after "on"."""
    count, name = cores(), processor()
    told = [f"{count} {'core' if count == 1 else 'cores'}" + (f" ({name})" if name else "")]
    with suppress(OSError):
        told += gpus()
    return ", ".join(told)
