"""The journal of runs in MLflow, and the only module that imports it.

Nothing in the pipeline depends on what MLflow answers: where its store is down or unwritable, one
warning is given and the work goes on unrecorded.
"""

from __future__ import annotations

import functools
import json
import logging
import os
import re
import time
import warnings
from collections.abc import Callable, Iterable
from http.client import HTTPException
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.request import urlopen

from pipeline.foundation.errors import PipelineError
from pipeline.foundation.params import REPOSITORY
from pipeline.foundation.revision import CHANGES
from pipeline.records.open_runs import OpenRuns, one_at_a_time
from pipeline.records.registry import Kept, describe, give_alias, register
from pipeline.records.run_data import RunData, current_data
from pipeline.records.run_description import StudyRun, is_ours
from pipeline.records.run_figures import (
    CURVES,
    cost_metrics,
    curve_metrics,
    kept_metrics,
    short_params,
)
from pipeline.records.system_metrics import watched

if TYPE_CHECKING:
    from mlflow.entities import Metric, Run

RUNNING, KILLED, FINISHED = "RUNNING", "KILLED", "FINISHED"
"""What MLflow calls runs that go on, that were ended from outside, and that are whole."""
EXPERIMENT = "fer"
KIND = {"mlflow.experimentKind": "custom_model_development"}
"""Lets MLflow's page open what is for models that are trained, not for language models."""
TRAINING = "pipeline/train.py"
"""The program whose runs these are, where nothing else is said."""
SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    # A server that falls silent is given up on after seconds instead of MLflow's half hour.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "PGCONNECT_TIMEOUT": "5",
    "MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING": "true",
}
"""Environment variables that MLflow reads, where the user has not set them."""
VIEW, VIEW_STATE = "models", Path(__file__).with_name("runs_view.json")
"""A saved view of MLflow's list of runs: the columns that tell them apart."""
ORIGIN, VERSION = "origin", "recognizer_version"
"""Tags: the training that a run is the record of, and its recogniser's version in the registry."""
NOTE, PARENT = "mlflow.note.content", "mlflow.parentRunId"
SOURCE, COMMIT = "mlflow.source.name", "mlflow.source.git.commit"
"""MLflow's own tags: description, the run that one stands under, program, commit."""
STUDY = "study"
"""Tag: what a run is part of."""
METRICS_AT_ONCE = 1000
"""How many MLflow takes."""
MOST_RUNS = 1000
"""How many of the latest runs are read."""
SECONDS_TO_ANSWER = 3
"""A server that has not said a word after these has none for us."""


class JournalError(PipelineError):
    """The runs cannot be read."""


def _warns(method: Callable[..., Any]) -> Callable[..., Any]:
    """Turn any failure of MLflow into one warning, after which the journal stays closed.

    Where not even the run could be begun, so do all that come.
    """

    @functools.wraps(method)
    def wrapper(self: Journal, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        if not self.open:
            return None
        try:
            return method(self, *args, **kwargs)
        # MLflow lets through whatever its store raises: SQL, HTTP, file and its own errors.
        except Exception as error:
            self.open = False
            self._stop_watching()
            if not self.run_id:
                Journal.given_up.add(tracking_uri())
            warnings.warn(
                f"MLflow does not answer, going on without it: {_reason(error)}", stacklevel=2
            )
            return None

    return wrapper


def _reason(error: Exception) -> str:
    """The first line that tells what is wrong; SQLAlchemy may tell before it when that was seen."""
    told = (line for line in str(error).splitlines() if not line.startswith("(raised as"))
    return _without_password(next(told, type(error).__name__))


class Journal:
    """One MLflow run. A store that fails costs a warning, never the training.

    Where no run can be begun, the process asks that store no more. A run whose process was killed
    is closed as KILLED when the next one begins in the same clone.

    `run_id` continues a run that was begun before; it is "" where there was no store. Where the
    store does not know that run, the one that was begun for the same `origin` is continued, or a
    new one called `name` is begun. With an `origin` it is the record of a training that is over and
    took `seconds`. Runs whose tag STUDY is the same stand under one run of that name.
    """

    given_up: ClassVar[set[str]] = set()
    """The stores in which no run could be begun."""

    def __init__(
        self,
        name: str,
        run_id: str = "",
        tags: dict[str, str] | None = None,
        origin: str = "",
        seconds: float = 0.0,
    ) -> None:
        self.open = tracking_uri() not in Journal.given_up
        self.run_id = ""
        self._is_continued = False
        self._is_record = bool(origin)
        self._monitor: Any = None
        self._data: dict[str, RunData] = {}
        self._begin(name, run_id, _experiments() | (tags or {}) | {ORIGIN: origin}, seconds)

    @_warns
    def _begin(self, name: str, run_id: str, tags: dict[str, str], seconds: float) -> None:
        _wait_for_answer(tracking_uri())
        mlflow, place = _mlflow(), _root() / "mlartifacts"
        self._open_runs = OpenRuns(place / "open")
        self._data = current_data(tags.get("data_hash", ""))
        with one_at_a_time(place / "beginning"):  # MLflow fails where two processes make its tables
            self._client = mlflow.MlflowClient()
            self._close_dead_runs()
            self._find_or_create(name, run_id, tags, seconds)

    def _find_or_create(self, name: str, run_id: str, tags: dict[str, str], seconds: float) -> None:
        experiment_id = self._experiment_id()
        known = run_id if self._is_known(run_id) else self._run_of(experiment_id, tags[ORIGIN])
        self._is_continued = bool(known)
        self.run_id = known or self._create(experiment_id, name, tags, seconds)
        self._open_runs.add(self.run_id)
        if self._status(self.run_id) == KILLED:
            self._client.update_run(self.run_id, RUNNING)
        self._log_data("train", "validation")

    def _create(self, experiment_id: str, name: str, tags: dict[str, str], seconds: float) -> str:
        if STUDY in tags:
            tags = tags | {PARENT: self._study(experiment_id, tags[STUDY])}
        began = _now() - int(1000 * seconds)
        run = self._client.create_run(experiment_id, began, _with_own_tags(tags), name)
        return str(run.info.run_id)

    def _study(self, experiment_id: str, name: str) -> str:
        """The run that those of a study stand under."""
        if known := self._run_of(experiment_id, name):
            return known
        tags = _with_own_tags({ORIGIN: name, SOURCE: "dvc.yaml"})
        run = self._client.create_run(experiment_id, None, tags, name)
        self._client.set_terminated(run.info.run_id)
        return str(run.info.run_id)

    def _close_dead_runs(self) -> None:
        for run_id in self._open_runs.left():
            if not self._is_known(run_id):  # another store's
                continue
            if self._status(run_id) == RUNNING:
                self._client.set_terminated(run_id, KILLED)
            self._open_runs.forget(run_id)

    def _status(self, run_id: str) -> str:
        status: str = self._client.get_run(run_id).info.status
        return status

    def _experiment_id(self) -> str:
        experiment = self._client.get_experiment_by_name(EXPERIMENT)
        if not experiment:
            return self._client.create_experiment(
                EXPERIMENT, _artifact_location(), {**_view(), **KIND}
            )
        for name, text in {**_view(), **KIND}.items():
            if experiment.tags.get(name) != text:  # an earlier version's
                self._client.set_experiment_tag(experiment.experiment_id, name, text)
        return experiment.experiment_id

    def _is_known(self, run_id: str) -> bool:
        """Whether the store has this run and nobody deleted it: it takes no word of such a run."""
        from mlflow.exceptions import MlflowException

        if not run_id:
            return False
        try:
            run = self._client.get_run(run_id)
        except MlflowException as error:
            if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
            return False
        return bool(run.info.lifecycle_stage == "active")

    def _run_of(self, experiment_id: str, origin: str) -> str:
        if not origin:
            return ""
        runs = self._client.search_runs([experiment_id], f"tags.{ORIGIN} = '{origin}'")
        return runs[0].info.run_id if runs else ""

    def _log_data(self, *splits: str) -> None:
        """Tell which faces the run used; MLflow leaves out those that it has been told of."""
        if inputs := [_input(self._data[split]) for split in splits if split in self._data]:
            self._client.log_inputs(self.run_id, inputs)

    @_warns
    def log_params(self, recipe: dict[str, Any]) -> None:
        """Record a recipe, if none is: what tells it apart from others, and all of it as a file."""
        from mlflow.entities import Param

        if "architecture" in self._client.get_run(self.run_id).data.params:
            return
        params = [Param(name, text) for name, text in short_params(recipe).items()]
        self._client.log_batch(self.run_id, params=params)
        self._client.log_dict(self.run_id, recipe, "recipe.json")

    @_warns
    def log_metrics(self, row: dict[str, float], step: int) -> None:
        """Record what an epoch, `step`, ended with, as fit tells it; then watch the machine."""
        self._send([(curve_metrics(row), _now(), step)])
        # Not before: MLflow's Compare opens with the metric that a run has first.
        self._monitor = self._monitor or watched(self.run_id, goes_on=self._is_continued)

    @_warns
    def log_history(self, history: list[dict[str, float]]) -> None:
        """Record those epochs of a training that is over which the run lacks."""
        began = self._client.get_run(self.run_id).info.start_time
        held = {point.step for point in self._points()}
        ends = accumulate(row["seconds"] for row in history)
        self._send(
            (curve_metrics(row), began + int(1000 * end), int(row["epoch"]))
            for row, end in zip(history, ends, strict=True)
            if int(row["epoch"]) not in held
        )

    @_warns
    def log_figures(self, figures: dict[str, dict[str, float]], cost: dict[str, float]) -> None:
        """Record the kept network's figures by split, and what it costs, with its model too."""
        self._log_data(*figures)
        model = self._model_id()
        for split, measured in figures.items():
            self._send([(kept_metrics({split: measured}), _now(), 0)], model, self._data.get(split))
        self._send([(cost_metrics(cost), _now(), 0)], model)

    def _send(
        self,
        told: Iterable[tuple[dict[str, float], int, int]],
        model: str | None = None,
        data: RunData | None = None,
    ) -> None:
        """Send metrics, their milliseconds and their step; of a model on data where they are."""
        from mlflow.entities import Metric

        of_data = (data.name, data.digest) if data and model else (None, None)
        metrics = [
            Metric(name, value, time, step, model, *of_data)
            for of_step, time, step in told
            for name, value in of_step.items()
        ]
        for start in range(0, len(metrics), METRICS_AT_ONCE):
            self._client.log_batch(self.run_id, metrics[start : start + METRICS_AT_ONCE])

    def _model_id(self) -> str | None:
        """The model that the run gave, as MLflow calls it."""
        outputs = self._client.get_run(self.run_id).outputs
        return outputs.model_outputs[-1].model_id if outputs and outputs.model_outputs else None

    @_warns
    def log_files(self, folder: Path) -> None:
        """Keep a copy of every file of a folder with the run, under "reports"."""
        self._client.log_artifacts(self.run_id, str(folder), "reports")

    @_warns
    def log_card(self, card: dict[str, Any]) -> None:
        """Keep a model card with the run."""
        self._client.log_dict(self.run_id, card, "card.json")

    @_warns
    def log_file(self, file: Path, folder: str) -> None:
        """Keep a copy of a file with the run, under `folder`."""
        self._client.log_artifact(self.run_id, str(file), folder)

    @_warns
    def log_model(self, kept: Kept) -> None:
        """Keep a recogniser with the run, and register it."""
        version = register(self._client, self._client.get_run(self.run_id), kept)
        self._client.set_tag(self.run_id, VERSION, version)

    @_warns
    def tag(self, name: str, value: str) -> None:
        """Set a tag."""
        self._client.set_tag(self.run_id, name, value)

    @_warns
    def tags(self) -> dict[str, str]:
        """All tags of the run; None where the store fails."""
        return self._client.get_run(self.run_id).data.tags

    @_warns
    def describe(self, text: str) -> None:
        """Give the run its description, in Markdown; one that a person wrote stays."""
        self._note(self.run_id, text)

    @_warns
    def describe_version(self, text: str, tags: dict[str, str]) -> None:
        """Give the run's model, and its version in the registry, their description and tags."""
        if model := self._model_id():
            self._client.set_logged_model_tags(model, {NOTE: text, **tags})
        if version := self._version():
            describe(self._client, version, text, tags)

    def _note(self, run_id: str, text: str) -> None:
        if is_ours(self._client.get_run(run_id).data.tags.get(NOTE)):
            self._client.set_tag(run_id, NOTE, text)

    def _version(self) -> str:
        """The run's version in the registry; "" where it has none."""
        tags: dict[str, str] = self._client.get_run(self.run_id).data.tags
        return tags.get(VERSION, "")

    @_warns
    def describe_study(self, describe: Callable[[list[StudyRun]], str]) -> None:
        """Describe the run that this one stands under, if it does, by all that stand under it."""
        run = self._client.get_run(self.run_id)
        if not (study := run.data.tags.get(PARENT)):
            return
        with one_at_a_time(_root() / "mlartifacts" / "study"):
            asked = f"tags.`{PARENT}` = '{study}'"
            found = self._client.search_runs([run.info.experiment_id], asked)
            runs = [StudyRun(it.info.run_name, it.data.params, it.data.metrics) for it in found]
            self._note(study, describe(runs))
            self._client.set_terminated(study)

    @_warns
    def finish(self) -> None:
        """Mark the run as finished, if it is not.

        One that was continued, or is a record, lasted as long as its epochs took.
        """
        self._stop_watching()
        info = self._client.get_run(self.run_id).info
        if info.status != FINISHED:
            took = self._milliseconds() if self._is_continued or self._is_record else 0
            self._client.set_terminated(self.run_id, end_time=took and info.start_time + took)
        self._open_runs.remove(self.run_id)

    def _stop_watching(self) -> None:
        if self._monitor:
            self._monitor.finish()

    def _milliseconds(self) -> int:
        """How long all epochs took; one that was trained again counts once."""
        return int(1000 * sum({point.step: point.value for point in self._points()}.values()))

    def _points(self) -> list[Metric]:
        """How many seconds each epoch took that the run holds."""
        points: list[Metric] = self._client.get_metric_history(self.run_id, CURVES["seconds"])
        return points

    @_warns
    def alias(self, name: str) -> None:
        """Let `models:/fer@NAME` mean this run's version in the registry."""
        if version := self._version():
            give_alias(self._client, version, name)


def _input(data: RunData) -> Any:  # noqa: ANN401
    """Data as an input of a run."""
    from mlflow.data.http_dataset_source import HTTPDatasetSource
    from mlflow.entities import Dataset, DatasetInput, InputTag

    is_address = "://" in data.source
    kind = HTTPDatasetSource._get_source_type() if is_address else "local"
    place = json.dumps({"url" if is_address else "uri": data.source})
    profile = json.dumps({"faces": sum(data.faces.values()), "classes": data.faces})
    dataset = Dataset(data.name, data.digest, kind, place, profile=profile)
    return DatasetInput(dataset, [InputTag("mlflow.data.context", data.context)])


def _with_own_tags(tags: dict[str, str]) -> dict[str, str]:
    """`tags`, and those by which MLflow's page tells user, program and commit."""
    from mlflow.tracking.context.git_context import GitRunContext
    from mlflow.tracking.context.registry import resolve_tags

    own = {SOURCE: TRAINING, "mlflow.source.type": "LOCAL"}
    if commit := tags.get("git_commit"):
        own[COMMIT] = commit.removesuffix(CHANGES)
    # Git would tell what is checked out now, and an address that may hold a password.
    ignored: Any = [GitRunContext]  # MLflow's annotation asks for objects, its code for classes
    return dict(resolve_tags(own | tags, ignored))


def _now() -> int:
    """Milliseconds since 1970."""
    return int(1000 * time.time())


def _experiments() -> dict[str, str]:
    """The tag of the study that DVC's experiments on one commit are; none outside of them."""
    commit = os.environ.get("DVC_EXP_BASELINE_REV")
    return {STUDY: f"experiments on {commit[:7]}"} if commit else {}


def _mlflow() -> Any:  # noqa: ANN401
    """The mlflow module, its store set; imported late, for it takes seconds."""
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    import mlflow
    from mlflow.store.db import utils as databases

    databases.MAX_RETRY_COUNT = 0  # a database that cannot be opened would cost two minutes
    logging.getLogger(databases.__name__).setLevel(logging.CRITICAL)  # we tell it in a line
    mlflow.set_tracking_uri(tracking_uri())
    return mlflow


def _wait_for_answer(uri: str) -> None:
    """TimeoutError where `uri` is that of a server that takes a question and is silent."""
    if not is_server(uri):
        return
    try:
        urlopen(f"{uri}/health", timeout=SECONDS_TO_ANSWER).close()
    except (OSError, HTTPException) as error:  # MLflow knows better what any other answer means
        if isinstance(getattr(error, "reason", error), TimeoutError):
            raise TimeoutError(f"no answer from {uri} within {SECONDS_TO_ANSWER} s") from error


def tracking_uri() -> str:
    """`MLFLOW_TRACKING_URI` where it is set, else mlflow.db at the repository's root."""
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{_root() / 'mlflow.db'}"


def _artifact_location() -> str | None:
    """A folder beside mlflow.db, or None to let a server decide."""
    return None if is_server(tracking_uri()) else (_root() / "mlartifacts").as_uri()


def _root() -> Path:
    """The repository of the user: DVC's temporary experiments run in a copy elsewhere."""
    return Path(os.environ.get("DVC_ROOT", REPOSITORY))


def in_a_copy() -> bool:
    """Whether this runs in a copy of the user's repository, as DVC's queued experiments do."""
    return _root().resolve() != REPOSITORY.resolve()


def _view() -> dict[str, str]:
    """Tags of an experiment that keep a view of its runs, called VIEW.

    MLflow 3's page keeps what its "Views", "Save as new view" saves in the same way.
    """
    state = VIEW_STATE.read_text(encoding="utf-8")
    view = {"name": VIEW, "createdAt": 0, "updatedAt": 0, "state": state}
    return {f"mlflow.sharedViewState.{VIEW}": json.dumps(view)}


def is_server(uri: str) -> bool:
    """Whether `uri` is that of an MLflow server, which has a page."""
    return uri.startswith(("http://", "https://"))


def runs_address(server: str) -> str:
    """Where the page of an MLflow server lists the runs, in the view of `_view`.

    JournalError where MLflow cannot read its store, or there are no runs in it.
    """
    experiment_id = _found_runs(most=1)[0].info.experiment_id
    view = f"viewStateShareKey={VIEW}&workflowType=machine_learning"
    return f"{server}/#/experiments/{experiment_id}/runs?{view}"


def read_runs() -> list[tuple[str, dict[str, float]]]:
    """The name and the figures of each run, the latest first; errors as of `runs_address`."""
    return [(run.info.run_name, run.data.metrics) for run in _found_runs(most=MOST_RUNS)]


def _found_runs(most: int) -> list[Run]:
    uri = tracking_uri()
    try:
        runs = [] if _is_missing(uri) else _runs(most)
    except Exception as error:  # whatever the store raises, as in `_warns`
        raise JournalError(
            f"MLflow cannot read the runs at {_without_password(uri)} ({_reason(error)}); mend "
            "that, or set MLFLOW_TRACKING_URI to another store"
        ) from error
    if not runs:
        raise JournalError(
            f"there are no runs at {_without_password(uri)} yet; make one by `make sample`, which "
            "trains on drawn faces for two minutes, or by `dvc repro`, which trains on yours"
        )
    return runs


def _runs(most: int) -> list[Run]:
    client = _mlflow().MlflowClient()
    experiment = client.get_experiment_by_name(EXPERIMENT)
    return client.search_runs([experiment.experiment_id], max_results=most) if experiment else []


def _is_missing(uri: str) -> bool:
    """Whether `uri` is a file that is not there, which MLflow would make."""
    scheme, _, path = uri.partition(":///")
    return scheme == "sqlite" and not Path(path).exists()


def _without_password(uri: str) -> str:
    return re.sub(r"(//[^/@:]*):[^/@]*@", r"\1:***@", uri)
