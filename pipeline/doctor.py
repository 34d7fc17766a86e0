"""By hand: what is missing here, and how to mend it.

`python3 -m pipeline.doctor`, before anything is installed: it needs Python's own library alone, and
changes nothing. It ends with 1 where something that is needed is missing.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import distributions
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]
OLDEST, NEWEST = (3, 10), (3, 13)
GIGABYTE = 10**9
PAGE_DISK, ALL_DISK = 1, 6
"""Gigabytes for the page alone, and for everything with the dataset and what is made of it."""
ALL_MEMORY = 4
"""Gigabytes that are enough for any training; one of `vgg` was seen to take 1.4."""
WHOLE_DATASET = 300 * 10**6
"""A CSV with fewer bytes is not the whole of FER2013, which has 301 million."""
COLUMNS = {"emotion", "pixels", "Usage"}
WEIGHTS = "mobilenet_1_0_224_tf_no_top.h5"
YUNET = "face_detection_yunet_2023mar.onnx"
PORT = 7860
SECONDS = 3.0
"""How long a server may take to answer."""

OK, HINT, MISSING = "ok", "hint", "missing"


@dataclass(frozen=True)
class Finding:
    """What a check found: OK, HINT (read it, but it works without) or MISSING (it is needed)."""

    status: str
    subject: str
    text: str


def python(version: tuple[int, int] = sys.version_info[:2]) -> Finding:
    """Whether this Python is one that the packages are made for."""
    told = ".".join(map(str, version))
    if OLDEST <= version <= NEWEST:
        return Finding(OK, "Python", told)
    return Finding(
        MISSING,
        "Python",
        f"{told} is not one of 3.10 to 3.13; install one and name it: `make app PYTHON=python3.12`",
    )


def venv() -> Finding:
    """Whether this Python can make virtual environments; Debian leaves half of it out."""
    if find_spec("venv") and find_spec("ensurepip"):
        return Finding(OK, "venv", "is here")
    return Finding(
        MISSING, "venv", "Python's own module is missing; on Debian: `apt install python3-venv`"
    )


def git() -> Finding:
    """Whether Git is installed, which DVC and the provenance of a model need."""
    if shutil.which("git"):
        return Finding(OK, "Git", "is here")
    return Finding(MISSING, "Git", "is not installed: https://git-scm.com/downloads")


def disk(free: int, is_installed: bool) -> Finding:
    """Whether `free` bytes are enough; if `is_installed`, the packages need no more of them."""
    told = f"{free / GIGABYTE:.1f} GB free"
    if is_installed or free >= ALL_DISK * GIGABYTE:
        return Finding(OK, "disk", told)
    if free >= PAGE_DISK * GIGABYTE:
        return Finding(
            HINT,
            "disk",
            f"{told}: enough for the page; everything, with the dataset, wants {ALL_DISK} GB",
        )
    return Finding(MISSING, "disk", f"{told}; the page alone takes {PAGE_DISK} GB: make room")


def memory() -> Finding:
    """Whether the memory is enough for a training, where the system tells."""
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # Windows has no sysconf
        return Finding(
            HINT, "memory", f"not known; {ALL_MEMORY} GB are enough for every training here"
        )
    told = f"{size / GIGABYTE:.1f} GB"
    if size >= ALL_MEMORY * GIGABYTE:
        return Finding(OK, "memory", told)
    return Finding(
        HINT,
        "memory",
        f"{told}: enough for the page; where a training is killed, make its batch_size smaller",
    )


def installed(root: Path) -> dict[str, str]:
    """Version by name of what is installed in `root`/.venv, or beside this Python without one."""
    places = (".venv/lib/python*/site-packages", ".venv/Lib/site-packages")
    folders = [str(path) for place in places for path in root.glob(place)]
    found = distributions(path=folders) if folders else distributions()
    return {_plain(each.metadata["Name"]): each.version for each in found}


def packages(root: Path, found: dict[str, str]) -> Finding:
    """Whether `found`, versions by name, are what `root`'s lists ask for.

    A version may be any that constraints.txt pins: which of them is for which Python, pip knows.
    """
    page, everything = (
        {_plain(name) for name in re.findall(r"^[\w.-]+", (root / file).read_text("utf-8"), re.M)}
        for file in ("requirements-app.txt", "requirements.txt")
    )
    everything = {name for name in everything if not name.startswith("-")} | page
    pins: dict[str, set[str]] = {}
    lines = (root / "constraints.txt").read_text("utf-8")
    for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", lines, re.M):
        pins.setdefault(_plain(name), set()).add(version)
    mend = "`.venv/bin/pip install -c constraints.txt -r {}`".format
    if not page & found.keys():
        text = "none yet; `make app` installs those of the page, `make test` all"
        return Finding(HINT, "packages", text)
    if lacking := sorted(page - found.keys()):
        text = f"{_some(lacking)} missing: {mend('requirements-app.txt')}"
        return Finding(MISSING, "packages", text)
    other = [
        f"{name} {found[name]} (pinned: {' or '.join(sorted(versions))})"
        for name, versions in pins.items()
        if name in found and found[name] not in versions
    ]
    if other:
        text = f"not what is known to work: {_some(other)}; {mend('requirements.txt')}"
        return Finding(HINT, "packages", text)
    if lacking := sorted(everything - found.keys()):
        text = f"those of the page; the pipeline lacks {_some(lacking)}: `make test` installs all"
        return Finding(HINT, "packages", text)
    return Finding(OK, "packages", "as constraints.txt pins them")


def _plain(name: str) -> str:
    """The name of a package as PEP 503 writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _some(names: list[str], shown: int = 3) -> str:
    rest = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {rest} more" if rest > 0 else "")


def source(root: Path) -> Path:
    """The dataset that params.yaml of `root` names."""
    named = re.search(r"^ +source: *([^\s#]+)", (root / "params.yaml").read_text("utf-8"), re.M)
    return root / (named[1] if named else "data/fer2013.csv")


def dataset(path: Path) -> Finding:
    """Whether the CSV is there, begins as it should and is whole; `convert` checks every row.

    Of a folder of pictures, whether it is there.
    """
    mend = (
        "download fer2013.csv from https://www.kaggle.com/datasets/deadskull7/fer2013 to "
        "data/fer2013.csv, or try everything on drawn faces: `make sample`"
    )
    if path.is_dir():
        return Finding(OK, "dataset", f"the class folders in {path}")
    if not path.exists():
        text = f"{path} is missing; the page works without, `make repro` does not: {mend}"
        return Finding(HINT, "dataset", text)
    with path.open("rb") as file:
        header = file.readline(1000).decode("utf-8-sig", "replace")
    if not {name.strip(' "\r\n') for name in header.split(",")} >= COLUMNS:
        text = f"{path} does not begin with emotion,pixels,Usage, so it is another file; {mend}"
        return Finding(MISSING, "dataset", text)
    size = path.stat().st_size
    told = f"{size / 10**6:.0f} MB"
    if size < WHOLE_DATASET:
        text = f"{told}, of FER2013's 301: drawn faces, or a download that was cut off; {mend}"
        return Finding(HINT, "dataset", text)
    return Finding(OK, "dataset", told)


def weights() -> Finding:
    """Whether Keras has the ImageNet weights that MobileNet starts from."""
    folder = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "models"
    if (folder / WEIGHTS).is_file():
        return Finding(OK, "MobileNet", f"its weights are in {folder}")
    return Finding(
        HINT,
        "MobileNet",
        "Keras downloads its weights (17 MB) at the first training; without internet put "
        f"{WEIGHTS} into {folder}, or say `models: [cnn, vgg]` in params.yaml",
    )


def detector(models: Path) -> Finding:
    """Whether the page has its face detector."""
    if (models / YUNET).is_file():
        return Finding(OK, "YuNet", "the face detector is here")
    return Finding(
        HINT,
        "YuNet",
        "the page downloads its face detector (0.2 MB) at the first start; without internet it "
        "finds faces less well, by OpenCV's Haar cascade",
    )


def bfloat16(processor: Path = Path("/proc/cpuinfo")) -> Finding:
    """Whether the processor multiplies bfloat16, where the system tells."""
    text = processor.read_text("utf-8") if processor.is_file() else ""
    if flags := sorted({*re.findall(r"\b(?:amx|avx512)_bf16\b", text)}):
        return Finding(OK, "bfloat16", f"in hardware ({', '.join(flags)}): for mixed_bfloat16")
    return Finding(
        HINT,
        "bfloat16",
        f"{'not in this processor' if text else 'not known'}: without a GPU, `precision: float32` "
        "in params.yaml trains faster; `python -m benchmarks.training_step` tells",
    )


def port(number: int = PORT) -> Finding:
    """Whether the page can be served where its visitors look for it."""
    try:
        socket.create_server(("127.0.0.1", number)).close()
    except OSError:
        return Finding(
            HINT, "port", f"{number} is taken: the page takes the next one, or `--port` says which"
        )
    return Finding(OK, "port", f"{number} is free")


def camera() -> Finding:
    """Where a browser lets a page open the camera."""
    return Finding(
        HINT,
        "camera",
        "browsers open it on localhost and on HTTPS only; for other computers "
        "`python app.py --share`, or put HTTPS in front",
    )


def store(root: Path, uri: str = "") -> Finding:
    """Whether MLflow's runs can be kept: at the address `uri`, or in `root`/mlflow.db."""
    parts = urlsplit(uri)
    mend = "else trainings go unrecorded"
    if parts.scheme in ("http", "https"):
        place = f"{parts.scheme}://{parts.hostname}"  # without a password
        known = parts.port or (443 if parts.scheme == "https" else 80)
        try:
            socket.create_connection((parts.hostname, known), SECONDS).close()
        except OSError:
            text = f"{place} does not answer: start it or unset MLFLOW_TRACKING_URI, {mend}"
            return Finding(HINT, "MLflow", text)
        return Finding(OK, "MLflow", f"{place} answers")
    if uri and parts.scheme != "sqlite":
        return Finding(OK, "MLflow", f"MLFLOW_TRACKING_URI names a {parts.scheme or 'folder'}")
    file = Path(uri.partition("///")[2]) if uri else root / "mlflow.db"
    if os.access(file.parent, os.W_OK) and (os.access(file, os.W_OK) or not file.exists()):
        return Finding(OK, "MLflow", f"runs go to {file}")
    text = f"{file} cannot be written: give it back with chmod or chown, {mend}"
    return Finding(HINT, "MLflow", text)


def findings(root: Path) -> Iterator[Finding]:
    """Every check of the project at `root`, in the order in which things are needed."""
    yield python()
    yield venv()
    yield git()
    yield disk(shutil.disk_usage(root).free, (root / ".venv" / "all").exists())
    yield memory()
    yield packages(root, installed(root))
    yield detector(root / "models")
    yield port()
    yield camera()
    yield dataset(source(root))
    yield weights()
    yield bfloat16()
    yield store(root, os.environ.get("MLFLOW_TRACKING_URI", ""))


def told(finding: Finding, width: int) -> str:
    """A finding in lines of at most `width` characters, its status first."""
    line = f"{finding.status:8}{finding.subject:10}{finding.text}"
    indent = " " * 18
    return textwrap.fill(
        line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def main() -> int:
    """Print what every check found; the exit code."""
    found = list(findings(ROOT))
    width = max(shutil.get_terminal_size().columns - 1, 60)
    missing = sum(finding.status == MISSING for finding in found)
    end = f"{missing} missing." if missing else "All that is needed is here."
    print("\n".join([*(told(finding, width) for finding in found), "", end]))
    return int(missing > 0)


if __name__ == "__main__":
    sys.exit(main())
