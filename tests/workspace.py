"""A copy of the repository in which the whole pipeline runs within a minute or two."""

import copy
import os
import shutil
import subprocess
import sys
from pathlib import Path

from drawings.sample import write_sample

REPOSITORY = Path(__file__).parents[1]

PARAMS = """\
models: [cnn, vgg, mobilenet]
students: [student]
data: {source: data/fer2013.csv, labels: fer2013, votes: data/fer2013new.csv}
train:
  cnn:
    network: {name: cnn, filters: [16, 32], dense: 32, block_dropout: 0.0, dropout: 0.1}
    seed: 1
    batch_size: 32
    epochs: 5
    patience: 5
    monitor: val_accuracy
    optimizer: adam
    learning_rate: 0.003
    schedule: cosine
    loss: categorical_crossentropy
    label_smoothing: 0.05
    augmentation: {rotation: 5, zoom: 0.05, width_shift: 0.02, flip: true}
  vgg:
    network: {name: vgg, stages: [[8, 8], [16]], stage_dropout: 0.0, dropout: 0.1}
    seed: 1
    batch_size: 64
    epochs: 2
    warmup_epochs: 1
    patience: 2
    monitor: val_loss
    optimizer: sgd
    learning_rate: 0.05
    schedule: cosine
    weight_decay: 0.001
    ema: 0.5
    mixup: 0.2
    precision: mixed_bfloat16
    loss: categorical_crossentropy
    label_smoothing: 0.1
    augmentation: {brightness: 0.2, contrast: 0.2, erasing: 0.3}
  mobilenet:
    network: {name: mobilenet, weights: null, input_size: 32, alpha: 0.25, dropout: 0.1}
    head: {epochs: 1, learning_rate: 0.001}
    seed: 1
    batch_size: 64
    epochs: 1
    patience: 3
    monitor: val_loss
    optimizer: sgd
    learning_rate: 0.001
    schedule: constant
    loss: categorical_focal_crossentropy
    label_smoothing: 0.0
    augmentation: {}
  student:
    network: {name: vgg, stages: [[4], [8]], stage_dropout: 0.0, dropout: 0.1}
    seed: 1
    batch_size: 64
    epochs: 2
    patience: 2
    monitor: val_loss
    optimizer: sgd
    learning_rate: 0.05
    schedule: cosine
    ema: 0.5
    mixup: 0.4
    votes: 0.3
    spoiling: {blur: 0.1, noise: 0.1, small: 0.1, light: 0.1, jpeg: 0.1}
    distil: {teachers: [vgg], temperature: 2.0, weight: 0.8}
    prior_power: 0.5
    loss: categorical_crossentropy
    label_smoothing: 0.0
    augmentation: {rotation: 10, flip: true}
evaluate: {averaging: flip, bootstrap: 100}
promote:
  metric: macro_f1
ablation:
  base: vgg
  changes: {epochs: 1, warmup_epochs: 0, patience: 1}
  seeds: [1, 2]
  variants:
    no mixup: {mixup: 0}
"""


BIN = f"BIN={Path(sys.executable).parent}"
"""For make: where the programs are that it would install."""


class Workspace:
    """A folder like a fresh clone, with drawn faces for a dataset and small models to train."""

    def __init__(self, root: Path, rows: int = 350) -> None:
        self.root = root
        files = self._git("ls-files", "-co", "--exclude-standard", cwd=REPOSITORY).splitlines()
        for name in files:
            if (REPOSITORY / name).is_file() and not name.startswith(("models/", "reports/")):
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(REPOSITORY / name, root / name)
        (root / "dvc.lock").unlink(missing_ok=True)
        (root / "params.yaml").write_text(PARAMS, encoding="utf-8")
        write_sample(root / "data" / "fer2013.csv", rows=rows, seed=7)
        self._git("init", "-q")
        self.commit("as cloned")

    def clone(self, root):
        """Another workspace, which holds what Git has of this one."""
        self._git("clone", "-q", str(self.root), str(root))
        other = copy.copy(self)
        other.root = root
        return other

    def as_if_installed(self):
        """Let make take the tests' environment for what it would install into .venv."""
        (self.root / ".venv").mkdir()
        (self.root / ".venv" / "all").touch()

    def commit(self, message):
        self._git("add", "-A")
        author = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
        self._git(*author, "commit", "-q", "--allow-empty", "-m", message)

    def _git(self, *arguments, cwd=None):
        command = ["git", *arguments]
        return subprocess.run(
            command, cwd=cwd or self.root, check=True, capture_output=True, text=True
        ).stdout

    @property
    def environment(self):
        scripts = str(Path(sys.executable).parent)
        own = {name: text for name, text in os.environ.items() if not name.startswith("MLFLOW_")}
        return own | {
            "PATH": os.pathsep.join([scripts, os.environ["PATH"]]),
            "DVC_NO_ANALYTICS": "1",
            "TF_CPP_MIN_LOG_LEVEL": "3",
        }

    def start(self, *command, **variables):
        """Begin a command in the workspace; its output goes to one pipe."""
        return subprocess.Popen(
            command,
            cwd=self.root,
            env=self.environment | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *command, **variables):
        """Run a command; its output, or a failed assertion that shows it."""
        process = self.start(*command, **variables)
        output, _ = process.communicate()
        assert process.returncode == 0, output
        return output

    def stage(self, name, *arguments, **variables):
        """Run one stage of the pipeline without DVC."""
        return self.run(sys.executable, "-m", f"pipeline.{name}", *arguments, **variables)

    def replace(self, file: str, old: str, new: str) -> None:
        """Change a text in one of the workspace's files."""
        path = self.root / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
