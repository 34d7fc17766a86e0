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
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.request import urlopen

from pipeline.foundation.errors import PipelineError
from pipeline.foundation.params import REPOSITORY
from pipeline.records.open_runs import OpenRuns, one_at_a_time
from pipeline.records.run_figures import (
    cost_metrics,
    curve_metrics,
    kept_metrics,
    short_params,
)

if TYPE_CHECKING:
    import pandas as pd
    from mlflow.entities import Run

RUNNING, KILLED = "RUNNING", "KILLED"
"""What MLflow calls runs that go on, and those that were ended from outside."""
REGISTERED_MODEL = "fer"
EXPERIMENT = "fer"
SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    # A server that falls silent is given up on after seconds instead of MLflow's half hour.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "PGCONNECT_TIMEOUT": "5",
}
"""Environment variables that MLflow reads, where the user has not set them."""
VIEW, VIEW_STATE = "models", Path(__file__).with_name("runs_view.json")
"""A saved view of MLflow's list of runs: the columns that tell them apart."""
ORIGIN, VERSION = "origin", "recognizer_version"
"""Tags: the training that a run is the record of, and its recogniser's version in the registry."""
LIBRARY_REQUIREMENTS = (
    "onnx>=1.17,<2",
    "onnxruntime>=1.20,<2",
    "opencv-python-headless>=4.10,<5",
    "numpy>=2.0,<3",
    "pillow>=11,<13",
    "av>=17,<18",
)
"""What the library needs, as pyproject.toml has it."""
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
    return next(told, type(error).__name__)


class Journal:
    """One MLflow run. A store that fails costs a warning, never the training.

    Where no run can be begun, the process asks that store no more. A run whose process was killed
    is closed as KILLED when the next one begins in the same clone.

    `run_id` continues a run that was begun before; it is "" where there was no store. Where the
    store does not know that run, the one that was begun for the same `origin` is continued, or a
    new one called `name` is begun; `is_new` tells of it.
    """

    given_up: ClassVar[set[str]] = set()
    """The stores in which no run could be begun."""

    def __init__(
        self, name: str, run_id: str = "", tags: dict[str, str] | None = None, origin: str = ""
    ) -> None:
        self.open = tracking_uri() not in Journal.given_up
        self.run_id = ""
        self.is_new = False
        self._begin(name, run_id, {**(tags or {}), ORIGIN: origin})

    @_warns
    def _begin(self, name: str, run_id: str, tags: dict[str, str]) -> None:
        _wait_for_answer(tracking_uri())
        mlflow, place = _mlflow(), _root() / "mlartifacts"
        self._open_runs = OpenRuns(place / "open")
        with one_at_a_time(place / "beginning"):  # MLflow fails where two processes make its tables
            self._client = mlflow.MlflowClient()
            self._close_dead_runs()
            self._find_or_create(name, run_id, tags)

    def _find_or_create(self, name: str, run_id: str, tags: dict[str, str]) -> None:
        experiment_id = self._experiment_id()
        known = run_id if self._is_known(run_id) else self._run_of(experiment_id, tags[ORIGIN])
        self.is_new = not known
        self.run_id = (
            known or self._client.create_run(experiment_id, run_name=name, tags=tags).info.run_id
        )
        self._open_runs.add(self.run_id)
        if self._status(self.run_id) == KILLED:
            self._client.update_run(self.run_id, RUNNING)

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
        if experiment:
            return experiment.experiment_id
        return self._client.create_experiment(EXPERIMENT, _artifact_location(), _view())

    def _is_known(self, run_id: str) -> bool:
        from mlflow.exceptions import MlflowException

        if not run_id:
            return False
        try:
            self._client.get_run(run_id)
        except MlflowException as error:
            if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
            return False
        return True

    def _run_of(self, experiment_id: str, origin: str) -> str:
        if not origin:
            return ""
        runs = self._client.search_runs([experiment_id], f"tags.{ORIGIN} = '{origin}'")
        return runs[0].info.run_id if runs else ""

    @_warns
    def log_params(self, recipe: dict[str, Any]) -> None:
        """Record what tells a recipe apart from others, as `short_params` has it."""
        from mlflow.entities import Param

        params = [Param(name, text) for name, text in short_params(recipe).items()]
        self._client.log_batch(self.run_id, params=params)

    @_warns
    def log_metrics(self, row: dict[str, float], step: int) -> None:
        """Record what an epoch, `step`, ended with, as fit tells it."""
        self._send(curve_metrics(row), step)

    @_warns
    def log_figures(self, figures: dict[str, Any]) -> None:
        """Record the kept network's figures, by split."""
        self._send(kept_metrics(figures))

    @_warns
    def log_cost(self, cost: dict[str, float]) -> None:
        """Record what the kept network costs."""
        self._send(cost_metrics(cost))

    def _send(self, metrics: dict[str, float], step: int = 0) -> None:
        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        sent = [Metric(name, value, now, step) for name, value in metrics.items()]
        self._client.log_batch(self.run_id, metrics=sent)

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
    def log_model(self, folder: Path, pictures: pd.DataFrame, table: pd.DataFrame) -> None:
        """Keep and register the recogniser that `folder` holds, as fer_system.pyfunc opens it.

        `pictures` are an example of what it takes, `table` is what it gives for them.
        """
        mlflow = _mlflow()
        with mlflow.start_run(run_id=self.run_id):
            info = mlflow.pyfunc.log_model(
                name="model",
                loader_module="fer_system.pyfunc",
                data_path=str(folder),
                code_paths=[str(REPOSITORY / "fer_system")],
                pip_requirements=list(LIBRARY_REQUIREMENTS),
                signature=_signature(pictures, table),
                input_example=pictures,
                registered_model_name=REGISTERED_MODEL,
            )
        self._client.set_tag(self.run_id, VERSION, info.registered_model_version)

    @_warns
    def tag(self, name: str, value: str) -> None:
        """Set a tag."""
        self._client.set_tag(self.run_id, name, value)

    @_warns
    def tags(self) -> dict[str, str]:
        """All tags of the run; None where the store fails."""
        return self._client.get_run(self.run_id).data.tags

    @_warns
    def finish(self) -> None:
        """Mark the run as finished."""
        self._client.set_terminated(self.run_id)
        self._open_runs.remove(self.run_id)

    @_warns
    def promote(self) -> None:
        """Give this run's registered model the alias `champion`."""
        version = self._client.get_run(self.run_id).data.tags.get(VERSION)
        if version:
            self._client.set_registered_model_alias(REGISTERED_MODEL, "champion", version)


def _signature(pictures: pd.DataFrame, table: pd.DataFrame) -> Any:  # noqa: ANN401
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Hint: Inferred schema contains integer")  # a count
        return _mlflow().models.infer_signature(pictures, table)


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
