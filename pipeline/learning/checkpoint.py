"""The state of a training on disk, from which one that was cut off goes on."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import keras

from pipeline.foundation.errors import PipelineError
from pipeline.foundation.files import write_json
from pipeline.foundation.params import Training

History = list[dict[str, float]]
"""The figures of every finished epoch, the first epoch first."""


class TrainingError(PipelineError):
    """Training cannot go on; nothing that was kept before is touched."""


@dataclass
class State:
    """What is known after `epochs` finished epochs of all phases together.

    `run_id` is the run in the journal that tells of this training, and `resumed` lists after which
    epochs it went on when it had been cut off.
    """

    history: History = field(default_factory=list)
    run_id: str = ""
    resumed: list[int] = field(default_factory=list)

    @property
    def epochs(self) -> int:
        """How many epochs are finished."""
        return len(self.history)


def best_epoch(history: History, monitor: str) -> int:
    """The number, from 1, of the first epoch with the best `monitor`; 0 where there is none."""
    values = [row[monitor] for row in history]
    best = min if monitor.endswith("loss") else max
    return values.index(best(values)) + 1 if values else 0


class Checkpoint:
    """A folder that holds the last two epochs and the best one of either's history.

    The weights after epoch n, the optimiser's among them, lie in `<n>.weights.h5`; then `<n>.json`,
    with their hash, is renamed into place. So a training that dies at any moment finds its last
    finished epoch, and the one before where the last one's files are damaged.
    """

    def __init__(self, folder: Path, monitor: str) -> None:
        self.folder, self.monitor = folder, monitor

    def load(self) -> State:
        """The last state that is whole, or a fresh one; says so where a later one is damaged."""
        epochs = (int(path.stem) for path in self.folder.glob("[0-9]*.json"))
        for epoch in sorted(epochs, reverse=True):
            state = self._read(epoch)
            if state and self._is_whole(best_epoch(state.history, self.monitor)):
                return state
            print(
                f"{self.folder}: what was kept of epoch {epoch} is damaged; training goes on from "
                "the epoch before where that is whole, or else from the beginning"
            )
        return State()

    def weights(self, epoch: int) -> Path:
        """Where the weights after `epoch` finished epochs lie, if they are kept."""
        return self.folder / f"{epoch}.weights.h5"

    def save(self, state: State, model: keras.Model) -> None:
        """Keep `model` as it is after the last epoch of `state`; drop what is needed no more."""
        self.folder.mkdir(parents=True, exist_ok=True)
        weights = self.weights(state.epochs)
        model.save_weights(weights)
        content = asdict(state) | {"sha256": _sha256(weights)}
        write_json(self._state(state.epochs), content)
        before = state.history[:-1]
        kept = {state.epochs, len(before)} | {
            best_epoch(history, self.monitor) for history in (state.history, before)
        }
        self._drop_all_but(kept)

    def fill(self, model: keras.Model, epoch: int) -> None:
        """Load the weights after `epoch`; TrainingError where they are of another network."""
        try:
            model.load_weights(self.weights(epoch))
        except ValueError as error:
            reason = str(error).splitlines()[0]
            raise TrainingError(
                f"the checkpoint {self.weights(epoch)} does not fit the network ({reason}); "
                f"delete {self.folder} to train from the beginning"
            ) from error

    def remove(self) -> None:
        """Forget everything: the training is over and its results are written."""
        shutil.rmtree(self.folder)

    def _state(self, epoch: int) -> Path:
        return self.folder / f"{epoch}.json"

    def _read(self, epoch: int) -> State | None:
        """The state after `epoch`; None where it or the weights that it tells of are damaged."""
        try:
            content = json.loads(self._state(epoch).read_text(encoding="utf-8"))
            if content.pop("sha256") != _sha256(self.weights(epoch)):
                return None
            return State(**content)
        except (OSError, KeyError, TypeError, ValueError):
            return None

    def _is_whole(self, epoch: int) -> bool:
        return self._read(epoch) is not None

    def _drop_all_but(self, epochs: Iterable[int]) -> None:
        kept = {path for epoch in epochs for path in (self.weights(epoch), self._state(epoch))}
        for path in set(self.folder.iterdir()) - kept:
            path.unlink()


def fingerprint(settings: Training, data: str) -> str:
    """What a training's results belong to: another recipe or other data gives another text.

    `data` is a hash of the data.
    """
    content = json.dumps({"settings": asdict(settings), "data": data}, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:12]


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
