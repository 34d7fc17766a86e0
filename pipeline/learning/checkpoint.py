"""The state of a training on disk, from which one that was cut off goes on."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
import zipfile
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

import numpy as np

from pipeline.foundation.errors import PipelineError
from pipeline.foundation.files import write_whole
from pipeline.foundation.params import Training

History = list[dict[str, float]]
"""The figures of every finished epoch, the first epoch first."""
Arrays = list[np.ndarray]

KEPT = 2
"""How many states lie in the folder: the last one, and the one before if that is damaged."""


class TrainingError(PipelineError):
    """Training cannot go on; nothing that was kept before is touched."""


@dataclass
class State:
    """What is known after `epochs` finished epochs of all phases together.

    `run_id` is the run in the journal that tells of this training, and `resumed` lists after which
    epochs it went on when it had been cut off. `weights` and `optimizer` hold the values of the
    network's and the optimiser's variables, `best` the weights that validated best.
    """

    history: History = field(default_factory=list)
    run_id: str = ""
    resumed: list[int] = field(default_factory=list)
    weights: Arrays = field(default_factory=list)
    optimizer: Arrays = field(default_factory=list)
    best: Arrays = field(default_factory=list)

    @property
    def epochs(self) -> int:
        """How many epochs are finished."""
        return len(self.history)


ARRAYS = ("weights", "optimizer", "best")
"""The fields of a State that are lists of arrays."""


def best_epoch(history: History, monitor: str) -> int:
    """The number, from 1, of the first epoch with the best `monitor`; 0 where there is none."""
    values = [row[monitor] for row in history]
    best = min if monitor.endswith("loss") else max
    return values.index(best(values)) + 1 if values else 0


class Checkpoint:
    """A folder with the last states of a training, each a file `<epochs>.npz` of its own.

    A state is written beside its place and renamed, and the file has check sums. So a training that
    dies at any moment finds a whole one: its last, or the one before where the last is damaged.
    `seconds` must lie between two states: an epoch that takes less is not kept by itself.
    """

    def __init__(self, folder: Path, seconds: float) -> None:
        self.folder, self.seconds = folder, seconds
        self._last = time.monotonic()

    @property
    def is_due(self) -> bool:
        """Whether it is time to save a state again."""
        return time.monotonic() - self._last >= self.seconds

    def load(self) -> State:
        """The last state that is whole, or a fresh one; says so where a later one is damaged."""
        for path in self._files():
            try:
                return _read(path)
            except (OSError, EOFError, KeyError, TypeError, ValueError, zipfile.BadZipFile):
                print(f"{path} is damaged; training goes on from an earlier epoch")
        return State()

    def save(self, state: State) -> None:
        """Keep `state`, and drop what is needed no more."""
        write_whole(self.folder / f"{state.epochs}.npz", lambda path: _write(path, state))
        for path in self._files()[KEPT:]:
            path.unlink()
        self._last = time.monotonic()

    def remove(self) -> None:
        """Forget everything: the training is over and its results are written."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _files(self) -> list[Path]:
        """The files of all states, the last one first."""
        return sorted(self.folder.glob("[0-9]*.npz"), key=lambda path: -int(path.stem))


def _write(path: Path, state: State) -> None:
    told = {name: value for name, value in vars(state).items() if name not in ARRAYS}
    arrays = {
        f"{name}/{place}": array
        for name in ARRAYS
        for place, array in enumerate(getattr(state, name))
    }
    np.savez(path, told=np.array(json.dumps(told)), **arrays)


def _read(path: Path) -> State:
    with np.load(path) as file:
        state = State(**json.loads(str(file["told"])))
        for key in file.files:
            if key != "told":
                getattr(state, key.partition("/")[0]).append(file[key])
        return state


def fingerprint(settings: Training, *data: str) -> str:
    """What a training's results belong to: another recipe or other data gives another text.

    `data` are hashes of what it learns from. An option that is left at its default does not count,
    so that a new one changes no text; nor does on how many devices it is trained.
    """
    defaults = {field.name: field.default for field in fields(settings)}
    recipe = {
        name: value
        for name, value in asdict(settings).items()
        if getattr(settings, name) != defaults[name] and name != "devices"
    }
    text = json.dumps({"settings": recipe, "data": data}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
