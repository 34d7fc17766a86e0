"""By hand: what is missing here, and how to mend it.

`python3 -m pipeline.doctor`, before anything is installed: it needs Python's own library alone, and
changes nothing. `python3 -m pipeline.doctor training` asks for one subject alone. It ends with 1
where something that is needed is missing; `make doctor` with 0, or make would have the last word.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import distributions
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.records import machine, stale
from pipeline.records.durations import machine_of, seconds_of, spelled

ROOT = Path(__file__).resolve().parents[1]
BIN = ".venv/Scripts" if os.name == "nt" else ".venv/bin"
OLDEST, NEWEST = (3, 10), (3, 13)
GIGABYTE = 10**9
PAGE_DISK, ALL_DISK = 1, 6
"""Gigabytes for the page alone, and for everything with the dataset and what is made of it."""
ALL_MEMORY = 4
"""Gigabytes that are enough for any training; one of `vgg` was seen to take 1.4."""
WHOLE_DATASET = 300 * 10**6
"""A CSV with fewer bytes is not the whole of FER2013, which has 301 million."""
BROUGHT = {"pip", "setuptools"}
"""What Python's own module puts into a new environment."""
MODELS = Path("reports", "models")
COLUMNS = {"emotion", "pixels", "Usage"}
WEIGHTS = "mobilenet_1_0_224_tf_no_top.h5"
YUNET, YUNET_BYTES = "face_detection_yunet_2023mar.onnx", 232_589
PAGE_PORT, RUNS_PORT = 7860, 5000
GROUP_MEMORY = Path("/sys/fs/cgroup/memory.max")
"""What a container may take of the machine's memory, in bytes, or "max"."""
IN_BROWSERS = "browsers open it on localhost and by HTTPS alone"
SECONDS = 3.0
"""How long a server may take to answer."""

OK, HINT, MISSING = "ok", "hint", "missing"


@dataclass(frozen=True)
class Finding:
    """What a check found: OK, HINT (read it, but it works without) or MISSING (it is needed)."""

    status: str
    subject: str
    text: str


def python(version: tuple[int, int], is_of_venv: bool = False) -> Finding:
    """Whether this Python is one that the packages are made for; else, which one here is.

    That of .venv stays what it is, whichever Python makes the environment again over it.
    """
    told = ".".join(map(str, version))
    if OLDEST <= version <= NEWEST:
        return Finding(OK, "Python", told)
    names = [f"python3.{minor}" for minor in range(NEWEST[1], OLDEST[1] - 1, -1)]
    here = next(filter(_runs, names), None)
    mend = (
        f"{here} is here as well: `make doctor PYTHON={here}`, and so for `make app`"
        if here
        else f"install one (https://www.python.org/downloads) and name it: PYTHON={names[0]} "
        "behind `make doctor` and `make app`"
    )
    first = "it made .venv, so first `rm -r .venv`; " if is_of_venv else ""
    return Finding(MISSING, "Python", f"{told} is not one of 3.10 to 3.13; {first}{mend}")


def _runs(program: str) -> bool:
    """Whether a Python of that name runs; pyenv's stand-ins for those not chosen do not."""
    path = shutil.which(program)
    return bool(path) and not subprocess.run([str(path), "-c", ""], capture_output=True).returncode


def made_by(root: Path) -> tuple[int, int] | None:
    """The version of the Python that `root`/.venv is of; None without one that works."""
    config = root / ".venv" / "pyvenv.cfg"
    if is_broken(root) or not config.is_file():
        return None
    version = re.search(r"^version\w* *= *(\d+)\.(\d+)", config.read_text("utf-8"), re.M)
    return (int(version[1]), int(version[2])) if version else None


def as_root(command: str) -> str:
    """How this user has to type a command that only root may run."""
    if getattr(os, "geteuid", int)() == 0:
        return f"`{command}`"
    return f"`sudo {command}`" if shutil.which("sudo") else f"as root `{command}`"


def installing(debian: str) -> str:
    """How to install a package of Debian's, or what is like it elsewhere."""
    if not shutil.which("apt-get"):
        return "install it as your system does that"
    return as_root(f"apt-get install {debian}")


def venv(is_made: bool) -> Finding:
    """Whether this Python can make virtual environments; Debian leaves half of it out."""
    if is_made or (find_spec("venv") and find_spec("ensurepip")):
        return Finding(OK, "venv", "is here")
    text = "half of Python's own module is missing: "
    return Finding(MISSING, "venv", text + installing(f"python3.{sys.version_info[1]}-venv"))


def make() -> Finding:
    """Whether make is here, by which the rest is mended."""
    if shutil.which("make"):
        return Finding(OK, "make", "is here")
    text = f"is not here: {installing('make')}; README tells the same commands by hand"
    return Finding(HINT, "make", text)


def git(root: Path) -> Finding:
    """Whether Git is here and `root` a clone, which DVC and a model's origin need."""
    if not shutil.which("git"):
        return Finding(MISSING, "Git", f"is not here: {installing('git')}")
    if (root / ".git").exists():
        return Finding(OK, "Git", "is here")
    mend = "`git init && git add -A && git commit -m downloaded`"
    text = f"{root} is no clone; the page works without, DVC does not: {mend}"
    return Finding(HINT, "Git", text)


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


def memory(group: Path = GROUP_MEMORY) -> Finding:
    """Whether the memory that may be taken is enough for a training, where the system tells."""
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # Windows has no sysconf
        return Finding(
            HINT, "memory", f"not known; {ALL_MEMORY} GB are enough for every training here"
        )
    limit = group.read_text("utf-8").strip() if group.is_file() else "max"
    size = min(size, int(limit)) if limit.isdecimal() else size
    told = f"{size / GIGABYTE:.1f} GB"
    if size >= ALL_MEMORY * GIGABYTE:
        return Finding(OK, "memory", told)
    return Finding(
        HINT,
        "memory",
        f"{told}: enough for the page; where a training is killed, make its batch_size smaller",
    )


def cores() -> Finding:
    """How many processor cores may be used, and of which processor."""
    told, name = machine.cores(), machine.processor() or platform.machine()
    return Finding(OK, "cores", f"{told} of {name}")


def gpu(found: dict[str, str], root: Path) -> Finding:
    """Which GPUs NVIDIA's driver shows, and which library of those `found` would train on them."""
    try:
        names = machine.gpus()
    except OSError as error:
        text = f"nvidia-smi fails, so trainings run on the processor: {error}"
        return Finding(HINT, "GPU", text)
    if not names:
        return Finding(OK, "GPU", "NVIDIA's driver shows none: trainings run on the processor")
    told = "; ".join(names)
    if any(re.fullmatch(r"jax-cuda\d+-plugin", name) for name in found):
        return Finding(OK, "GPU", f"{told}: JAX trains on it, `KERAS_BACKEND=jax make repro`")
    if "tensorflow" in found and any(name.startswith("nvidia-cudnn") for name in found):
        return Finding(OK, "GPU", f"{told}: TensorFlow trains on it")
    pip = (
        f"`{BIN}/pip install -c constraints.txt 'jax[cuda12]'`, then `KERAS_BACKEND=jax make repro`"
    )
    first = "" if (root / BIN / "pip").exists() else "`make .venv/all`, then "
    text = f"{told}: neither JAX nor TensorFlow has what it takes to train on it; {first}{pip}"
    return Finding(HINT, "GPU", text)


def is_broken(root: Path) -> bool:
    """Whether `root`/.venv was made by a Python that is gone, or before the folder was moved."""
    folder = root / BIN
    if not folder.is_dir():
        return False
    if not any(path.exists() for path in folder.glob("python*")):
        return True
    pip = folder / "pip"
    if not pip.is_file():
        return False
    with pip.open("rb") as script:  # whose first line names the Python that runs it
        python = script.readline(1000).decode("utf-8", "replace")[2:].strip()
    return not Path(python).exists()


def installed(root: Path) -> dict[str, str]:
    """Version by name of what is installed in `root`/.venv, or beside this Python without one."""
    places = (".venv/lib/python*/site-packages", ".venv/Lib/site-packages")
    folders = [str(path) for place in places for path in root.glob(place)]
    found = distributions(path=folders) if folders else distributions()
    return {_plain(each.metadata["Name"]): each.version for each in found}


def _lists(root: Path) -> tuple[set[str], set[str], dict[str, set[str]]]:
    """The packages of the page, all packages, and the versions of each in constraints.txt."""
    page, others = (
        {_plain(name) for name in re.findall(r"^[\w.-]+", (root / file).read_text("utf-8"), re.M)}
        for file in ("requirements-app.txt", "requirements.txt")
    )
    pins: dict[str, set[str]] = {}
    lines = (root / "constraints.txt").read_text("utf-8")
    for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", lines, re.M):
        pins.setdefault(_plain(name), set()).add(version)
    return page, page | {name for name in others if not name.startswith("-")}, pins


def packages(root: Path, found: dict[str, str]) -> Finding:
    """Whether `found`, versions by name, are what `root`'s lists ask for.

    A version may be any that constraints.txt pins: which of them is for which Python, pip knows.
    """
    page, everything, pins = _lists(root)
    if is_broken(root):
        text = (
            "those in .venv are of a Python or place that is gone: `rm -r .venv`, then `make app`"
        )
        return Finding(MISSING, "packages", text)
    if not page & found.keys() or not (page <= found.keys() or _has_environment(root)):
        text = "none yet; `make app` installs those of the page, `make test` all"
        return Finding(HINT, "packages", text)
    if lacking := sorted(page - found.keys()):
        text = f"{_some(lacking)} missing: {_mend(root, 'app')}"
        return Finding(MISSING, "packages", text)
    other = [
        f"{name} {found[name]} (pinned: {' or '.join(sorted(versions))})"
        for name, versions in pins.items()
        if found.get(name, min(versions)) not in versions and name not in BROUGHT
    ]
    if other:
        which = "all" if everything <= found.keys() else "app"
        text = f"not what is known to work: {_some(other)}; {_mend(root, which)}"
        return Finding(HINT, "packages", text)
    if lacking := sorted(everything - found.keys()):
        text = f"those of the page; the pipeline lacks {_some(lacking)}: {_mend(root, 'all')}"
        return Finding(HINT, "packages", text)
    return Finding(OK, "packages", "as constraints.txt pins them")


def _has_environment(root: Path) -> bool:
    """Whether packages have a place of their own: `root`/.venv, or that of this Python."""
    is_conda = (Path(sys.prefix) / "conda-meta").is_dir()
    return (root / ".venv").exists() or sys.prefix != sys.base_prefix or is_conda


def _mend(root: Path, which: str) -> str:
    """The command that installs the packages of the page, "app", or "all", over what is there."""
    if (root / ".venv").exists() or not (_has_environment(root) and find_spec("pip")):
        return f"`make -B .venv/{which}`"
    file = {"app": "requirements-app.txt", "all": "requirements.txt"}[which]
    python = f'"{sys.executable}"' if " " in sys.executable else sys.executable
    return f"`{python} -m pip install -c constraints.txt -r {file}`"


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
    return Finding(OK, "dataset", f"{told}; `make verify` measures the committed model on it")


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
    """Whether the page has its face detector, whole."""
    file = models / YUNET
    if file.is_file() and file.stat().st_size == YUNET_BYTES:
        return Finding(OK, "YuNet", "the face detector is here")
    return Finding(
        HINT,
        "YuNet",
        f"the face detector (0.2 MB) {'is damaged' if file.is_file() else 'is not here yet'}: the "
        "page downloads it at its start, `make detector` at once; without internet OpenCV's Haar "
        "cascade finds the faces, less well",
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
        "in params.yaml trains faster",
    )


def port(number: int, mend: str) -> Finding:
    """Whether what is served at a port can be, and what to do else."""
    try:
        socket.create_server(("127.0.0.1", number)).close()
    except OSError:
        return Finding(HINT, "port", f"{number} is taken: {mend}")
    return Finding(OK, "port", f"{number} is free")


def camera(devices: Path = Path("/dev")) -> Finding:
    """Whether this computer has a camera, where Linux tells, and where browsers open it."""
    if sys.platform != "linux":
        return Finding(OK, "camera", IN_BROWSERS)
    cameras = sorted(map(str, devices.glob("video*")))
    if not cameras:
        text = "none at this computer (no /dev/video*); a visitor's own does as well, but"
        return Finding(HINT, "camera", f"{text} {IN_BROWSERS}: for others `--share` or a proxy")
    if usable := [path for path in cameras if os.access(path, os.R_OK | os.W_OK)]:
        return Finding(OK, "camera", f"{_some(usable)}; {IN_BROWSERS}")
    text = f"{_some(cameras)} may not be opened by you: join the group video, and log in anew"
    return Finding(HINT, "camera", text)


def store(root: Path, uri: str = "") -> Finding:
    """Whether MLflow's runs can be kept: at the address `uri`, or in `root`/mlflow.db."""
    mend = "else trainings go unrecorded"
    try:
        parts = urlsplit(uri)
        known = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:  # whose words may hold a password
        text = f"MLFLOW_TRACKING_URI is not an address: correct it or unset it, {mend}"
        return Finding(HINT, "MLflow", text)
    if parts.scheme in ("http", "https"):
        place = f"{parts.scheme}://{parts.hostname}"  # without a password
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


def trained(root: Path) -> list[str]:
    """The models that params.yaml of `root` has trained, in that order."""
    text = (root / "params.yaml").read_text("utf-8")
    lists = re.findall(r"^(?:models|students): *\[([^\]]*)\]", text, re.M)
    return re.findall(r"[\w.-]+", " ".join(lists))


def training(root: Path) -> Finding:
    """How long `make repro` and all trainings of `root` take, by what the last ones took."""
    took = {name: sum(seconds_of(root / MODELS / name)) for name in trained(root)}
    known = {name: seconds for name, seconds in took.items() if seconds}
    if not known:
        text = "how long it takes is told after each model's first epoch"
        return Finding(OK, "training", text)
    places = " and ".join(sorted({machine_of(root / MODELS / name) for name in known}))
    parts = ", ".join(f"{name} {spelled(seconds)}" for name, seconds in known.items())
    text = (
        f"{_pending(root, known)}all anew: {spelled(sum(known.values()))} ({parts}), as on {places}"
    )
    lacking = [name for name in took if name not in known]
    return Finding(OK, "training", text + (f"; not yet {', '.join(lacking)}" if lacking else ""))


def _pending(root: Path, known: dict[str, float]) -> str:
    """Which models `make repro` trains, and for how long; "" where no DVC can be asked."""
    lock = root / "dvc.lock"
    try:
        stages = stale.status(root, root / BIN / "dvc")
    except OSError:  # it is not there, or the Python that it names is not
        return ""
    if stages is None:
        return ""
    trainings = stale.locked(lock.read_text("utf-8") if lock.is_file() else "")
    weights = stale.published(root, trainings.values())
    names = stale.to_train(stages, trainings, weights)
    if not names:
        return "`make repro` trains nothing; "
    times = spelled(sum(known.get(name, 0) for name in names))
    return f"`make repro` trains {', '.join(names)}: about {times}; "


TOOLS: dict[str, dict[str, tuple[str, ...]]] = {
    "browser": {
        "Chromium": ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
        "Firefox": ("firefox-esr", "firefox"),
    },
    "balancer": {"nginx": ("nginx", "/usr/sbin/nginx")},
}
"""Programs that tests use, under the targets of make that install them with apt."""


def tools(fonts: Path = Path("/usr/share/fonts")) -> Finding:
    """Which programs and fonts are not here without which some tests are left out."""
    lacking = {
        name: target
        for target, programs in TOOLS.items()
        for name, commands in programs.items()
        if not any(map(shutil.which, commands))
    }
    if sys.platform == "linux" and not any(fonts.rglob("NotoSansCJK*")):
        lacking["fonts of every script"] = "fonts"
    if not lacking:
        return Finding(OK, "tests", "browsers, nginx and fonts are here")
    text = f"without {_some([*lacking])} those that need them are left out"
    if shutil.which("apt-get"):
        text += f": {as_root('make ' + ' '.join(sorted({*lacking.values()})))}"
    return Finding(HINT, "tests", text)


def findings(root: Path) -> Iterator[Finding]:
    """Every check of the project at `root`, in the order in which things are needed."""
    found = installed(root)
    made = made_by(root)
    yield python(made or sys.version_info[:2], is_of_venv=made is not None)
    yield venv((root / BIN / "pip").exists())
    yield make()
    yield git(root)
    yield disk(shutil.disk_usage(root).free, (root / ".venv" / "all").exists())
    yield memory()
    yield cores()
    yield packages(root, found)
    yield detector(root / "models")
    yield port(PAGE_PORT, "the page takes the next one, or `--port` says which")
    yield camera()
    yield dataset(source(root))
    yield weights()
    yield gpu(found, root)
    yield bfloat16()
    yield training(root)
    yield store(root, os.environ.get("MLFLOW_TRACKING_URI", ""))
    yield port(RUNS_PORT, "`make mlflow PORT=5050` shows the runs at another")
    yield tools()


def told(finding: Finding, width: int) -> str:
    """A finding in lines of at most `width` characters, its status first."""
    line = f"{finding.status:8}{finding.subject:10}{finding.text}"
    indent = " " * 18
    return textwrap.fill(
        line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def main(subjects: Sequence[str]) -> int:
    """Print what every check found, or those of the `subjects` that are named; the exit code."""
    width = max(shutil.get_terminal_size().columns - 1, 60)
    missing = 0
    for finding in findings(ROOT):
        if not subjects or finding.subject in subjects:
            print(told(finding, width), flush=True)
            missing += finding.status == MISSING
    if not subjects:
        print(f"\n{missing} missing." if missing else "\nAll that is needed is here.")
    return int(missing > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
