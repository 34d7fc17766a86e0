"""The page under attack: what becomes of hostile inputs, of its memory and of an honest visitor.

`python -m benchmarks.hostile` starts the page and sends each of the inputs of tests/whole/hostile/
through every door it fits, several at once; `--kinds bombs,http` chooses, `--address URL --pid N`
attacks a page that runs already. The exit code is 1 where something crashed, hung, failed inside
or told a place on the server's disk. What hung may only have waited for what was sent beside it:
`--kinds bombs --names 8000.gif --at-once 1` sends that alone.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path

from PIL import Image

from fer_system.places import DEFAULT_MODEL
from tests.whole.hostile.attack import Shot, Watch, fire, megabytes, shots, stored_files, volley
from tests.whole.hostile.doors import LIBRARY
from tests.whole.hostile.inputs import KINDS
from tests.whole.hostile.pictures import Input, encoded, face
from tests.whole.hostile.target import FAULTS, VERDICTS, Outcome, Target, served
from tests.whole.hostile.videos import clip

ALONE = 5  # seconds that the honest visitor has the page to itself, to compare with


class Ledger:
    """What became of every shot, and what was measured meanwhile, by kind."""

    def __init__(self) -> None:
        self.tried: dict[str, set[str]] = defaultdict(set)
        self.verdicts: dict[str, Counter[str]] = defaultdict(Counter)
        self.faults = 0
        self.peaks: dict[str, float] = defaultdict(float)
        self.left: Counter[str] = Counter()
        self.honest: dict[str, tuple[float, float]] = {}
        self.idle: list[float] = []
        self.after: list[float] = []

    def note(self, shot: Shot, outcome: Outcome) -> None:
        """Write down what became of a shot."""
        self.tried[shot.kind].add(shot.input.name)
        self.verdicts[shot.kind][outcome.verdict] += 1
        if outcome.verdict in FAULTS:
            self.faults += 1

    def measure(self, kind: str, watch: Watch) -> None:
        """Write down what the watch saw while a kind was tried, maybe in several parts."""
        self.peaks[kind] = max(self.peaks[kind], watch.peak)
        mean, worst = watch.rates()
        least, worst_so_far = self.honest.get(kind, (mean, worst))
        self.honest[kind] = min(mean, least), min(worst, worst_so_far)

    def table(self) -> Iterator[str]:
        """Lines for people."""
        idle = max(self.idle, default=0)
        titles = ["inputs", *VERDICTS, "MB left", "peak MB", "honest/s", "worst/s"]
        yield f"{'kind':<11}" + "".join(f"{title:>9}" for title in titles)
        for kind, counts in self.verdicts.items():
            mean, worst = self.honest[kind]
            numbers = [len(self.tried[kind]), *(counts[verdict] for verdict in VERDICTS)]
            sizes = [self.left[kind] / 1e6, self.peaks[kind] - idle, mean, worst]
            yield (
                f"{kind:<11}"
                + "".join(f"{number:>9,}" for number in numbers)
                + "".join(f"{size:>9,.1f}" for size in sizes)
            )
        yield ""
        yield f"{sum(map(len, self.tried.values())):,} inputs, "
        yield f"{sum(map(Counter.total, self.verdicts.values())):,} times tried"
        peak = max(self.peaks.values(), default=idle)
        yield f"Idle {idle:.0f} MB, at most {peak - idle:.0f} MB above that"
        if self.after:
            yield f"30 seconds after the attack: {self.after[-1] - self.idle[-1]:+.0f} MB"


def parse_flags() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kinds", default=",".join(KINDS), help="of the inputs, by commas")
    parser.add_argument("--names", default="*", help="of the inputs, a pattern such as '*.webp'")
    parser.add_argument("--doors", help="pages, calls and so on, by commas")
    parser.add_argument("--limit", type=float, default=300, help="seconds for an answer")
    parser.add_argument("--at-once", type=int, default=4)
    parser.add_argument("--model", type=Path, default=DEFAULT_MODEL)
    parser.add_argument("--detector", default="yunet")
    parser.add_argument("--address", help="of a page that runs already")
    parser.add_argument("--pid", type=int, help="the process of that page")
    flags = parser.parse_args()
    flags.kinds = flags.kinds.split(",")
    if unknown := set(flags.kinds) - set(KINDS):
        parser.error(f"unknown kinds {', '.join(unknown)}; there are {', '.join(KINDS)}")
    if (flags.address is None) != (flags.pid is None):
        parser.error("give --address and --pid together")
    return flags


@contextmanager
def target_of(flags: argparse.Namespace) -> Iterator[Target]:
    """The page to attack: one of our own, or that of the flags."""
    if flags.address:
        yield Target(flags.address, flags.pid, flags.model, flags.detector)
    else:
        with served(flags.model, flags.detector, "--mcp") as target:
            yield target


def chosen(kind: str, flags: argparse.Namespace) -> list[Shot]:
    """The shots of a kind that the flags leave."""
    doors = flags.doors.split(",") if flags.doors else None
    return [
        shot
        for shot in shots([kind])
        if fnmatch(shot.input.name, flags.names) and (not doors or shot.door in doors)
    ]


def warm(target: Target, picture: bytes) -> None:
    """Use every door as honest visitors do: what a first use loads is none of the attack's."""
    for door in ("page", "call", "folder", "live", "tool"):
        fire(target, Shot("honest", door, Input("honest.jpg", picture)), 60)
    for door in ("page", "call"):
        fire(target, Shot("honest", door, Input("honest.mp4", clip("mp4"))), 60)


def attack(target: Target, kind: str, fired: Sequence[Shot], flags: argparse.Namespace,
           ledger: Ledger, picture: bytes) -> set[Shot]:  # fmt: skip
    """Fire shots of one kind, and write down what comes of them; returns those that were tried."""
    tried, (_, before) = set(), stored_files(target.temporary)
    with Watch(target, picture) as watch:
        for shot, outcome in volley(target, fired, flags.limit, flags.at_once):
            ledger.note(shot, outcome)
            if outcome.verdict in FAULTS:
                progress("")
                print(f"{outcome.verdict}: {described(shot)}: {outcome.note!r}")
            tried.add(shot)
            progress(f"{kind}: {len(tried):,} of {len(fired):,}, {watch.peak:,.0f} MB at most")
        ledger.measure(kind, watch)
    _, after = stored_files(target.temporary)
    ledger.left[kind] += after - before
    return tried


def described(shot: Shot) -> str:
    """Which input was tried at which door."""
    return f"{shot.kind} {shot.input.name[:60]!r} by {shot.door}"


def progress(line: str) -> None:
    """Show how far it is, in place."""
    print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)


def campaign(flags: argparse.Namespace, ledger: Ledger) -> None:
    """Attack kind by kind; a page that no longer answers is replaced by a new one."""
    picture = encoded(Image.fromarray(face(480)).resize((640, 480)), "JPEG", quality=80)
    waiting = {kind: chosen(kind, flags) for kind in flags.kinds}
    while any(waiting.values()):
        with target_of(flags) as target:
            warm(target, picture)
            ledger.idle.append(megabytes(target.pid))
            with Watch(target, picture) as watch:
                time.sleep(ALONE)
            print(f"\nAlone, the honest visitor gets {watch.rates()[0]:.1f} answers a second.")
            for kind in filter(waiting.get, flags.kinds):
                tried = attack(target, kind, waiting[kind], flags, ledger, picture)
                waiting[kind] = [shot for shot in waiting[kind] if shot not in tried]
                if waiting[kind]:
                    break
            else:
                progress("30 seconds of rest")
                time.sleep(30)
                ledger.after.append(megabytes(target.pid))
        if flags.address:
            return


def main() -> int:
    """Attack, print what came of it, and tell by the exit code whether it is well."""
    flags, ledger = parse_flags(), Ledger()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the page ends with it
    try:
        campaign(flags, ledger)
    finally:
        LIBRARY.close()
        print("\n\n" + "\n".join(ledger.table()))
        print(f"{ledger.faults:,} faults")
    return 1 if ledger.faults else 0


if __name__ == "__main__":
    sys.exit(main())
