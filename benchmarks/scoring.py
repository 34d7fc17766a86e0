"""How many pictures a second `fer_system.score` and Spark get through, in one run on this machine.

    python -m benchmarks.scoring PICTURES [COPIES]

The folder's pictures are copied so often (100). Spark's start-up is a run on one picture, told
apart; its pictures a second are those of the time beyond. Wants `make spark` for that part.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from fer_system import Recognizer, score

ROOT = Path(__file__).parents[1]


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def copies_of(source: Path, number: int, folder: Path) -> list[Path]:
    """So many copies of each picture in `source`, the kinds mixed, in the new `folder`."""
    folder.mkdir()
    pictures = sorted(path for path in source.iterdir() if path.suffix in (".jpg", ".png"))
    return [
        Path(shutil.copy(picture, folder / f"{copy}-{picture.name}"))
        for copy in range(number)
        for picture in pictures
    ]


def by_spark(source: Path, target: Path) -> None:
    """Run the example on two cores."""
    import pyspark

    home = Path(pyspark.__file__).parent
    submit = [str(home / "bin" / "spark-submit"), "--master", "local[2]"]
    quiet = ["--conf", "spark.ui.enabled=false"]
    programs = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {"SPARK_HOME": str(home), "PYSPARK_PYTHON": sys.executable, "PATH": programs}
    subprocess.run(
        [*submit, *quiet, str(ROOT / "examples" / "spark_score.py"), str(source), str(target)],
        env=os.environ | environment | {"PYTHONPATH": str(ROOT)},
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scoring")
    parser.add_argument("pictures", type=Path)
    parser.add_argument("copies", type=int, nargs="?", default=100)
    flags = parser.parse_args()
    with TemporaryDirectory() as place:
        folder = Path(place, "pictures")
        paths = copies_of(flags.pictures, flags.copies, folder)
        recognizer = Recognizer()
        plain = 0.0
        ways: dict[str, dict[str, int]] = {
            "one thread": {},
            "two threads": {"threads": 2},
            "two processes": {"processes": 2},
            "one thread, again": {},
        }
        for name, options in ways.items():
            taken = seconds(lambda: list(score(paths, recognizer, **options)))  # noqa: B023
            plain = plain or taken
            print(f"{name}: {len(paths) / taken:.1f} pictures a second, {plain / taken:.2f} times")
        one = Path(place, "one")
        one.mkdir()
        shutil.copy(paths[0], one)
        start = seconds(lambda: by_spark(one, Path(place, "table of one")))
        whole = seconds(lambda: by_spark(folder, Path(place, "table")))
        rate = (len(paths) - 1) / (whole - start)
        print(
            f"Spark, local[2]: start-up {start:.1f} s, then {rate:.1f} pictures a second, "
            f"{rate * plain / len(paths):.2f} times"
        )


if __name__ == "__main__":
    main()
