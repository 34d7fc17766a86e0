"""What MLflow keeps of a model: the recogniser, its versions in the registry, and their names."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.foundation.params import REPOSITORY
from pipeline.records.run_description import REGISTERED, REGISTERED_MODEL, is_ours

if TYPE_CHECKING:
    import pandas as pd

CHAMPION = "champion"
LIBRARY_REQUIREMENTS = (
    "onnx>=1.17,<2",
    "onnxruntime>=1.20,<2",
    "opencv-python-headless>=4.10,<5",
    "numpy>=2.0,<3",
    "pillow>=11,<13",
    "av>=17,<18",
)
"""What the library needs, as pyproject.toml has it."""


COMMON_TAGS = (
    "model",
    "mlflow.source.name",
    "mlflow.source.type",
    "mlflow.source.git.commit",
    "mlflow.user",
)
"""What a model has from its run."""


@dataclass(frozen=True)
class Kept:
    """A recogniser for MLflow; `folder` holds what fer_system.pyfunc opens.

    `pictures` are an example of what it takes, `table` is what it gives for them, `epoch` is the
    one whose network it has.
    """

    model: str
    folder: Path
    pictures: pd.DataFrame
    table: pd.DataFrame
    epoch: int = 0


def register(client: Any, run: Any, kept: Kept) -> str:  # noqa: ANN401
    """Keep a recogniser as the model that a run gave; its version in the registry."""
    import mlflow
    from mlflow.entities import LoggedModelOutput

    model = client.create_logged_model(
        run.info.experiment_id,
        name=name_of(kept.model),
        source_run_id=run.info.run_id,
        params=run.data.params,
        tags={name: text for name, text in run.data.tags.items() if name in COMMON_TAGS},
    )
    client.log_outputs(run.info.run_id, [LoggedModelOutput(model.model_id, kept.epoch)])
    info = mlflow.pyfunc.log_model(
        model_id=model.model_id,
        loader_module="fer_system.pyfunc",
        data_path=str(kept.folder),
        code_paths=[str(REPOSITORY / "fer_system")],
        pip_requirements=list(LIBRARY_REQUIREMENTS),
        signature=_signature(kept),
        input_example=kept.pictures,
        registered_model_name=REGISTERED_MODEL,
    )
    return str(info.registered_model_version)


def _signature(kept: Kept) -> Any:  # noqa: ANN401
    import mlflow

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Hint: Inferred schema contains integer")  # a count
        return mlflow.models.infer_signature(kept.pictures, kept.table)


def describe(client: Any, version: str, text: str, tags: dict[str, str]) -> None:  # noqa: ANN401
    """Give a version its description and its tags, and the registered model its description."""
    if is_ours(client.get_registered_model(REGISTERED_MODEL).description):
        client.update_registered_model(REGISTERED_MODEL, REGISTERED)
    if is_ours(client.get_model_version(REGISTERED_MODEL, version).description):
        client.update_model_version(REGISTERED_MODEL, version, text)
    for name, value in tags.items():
        client.set_model_version_tag(REGISTERED_MODEL, version, name, value)


def give_alias(client: Any, version: str, alias: str) -> None:  # noqa: ANN401
    """Let an alias mean a version, if it does not yet."""
    meant = client.get_registered_model(REGISTERED_MODEL).aliases.get(alias)
    if str(meant) != version:  # a number in one store, a text in another
        client.set_registered_model_alias(REGISTERED_MODEL, alias, version)


def name_of(model: str) -> str:
    """A model's name as MLflow takes it for a logged model and for an alias."""
    name = re.sub(r"[^\w-]", "-", model)
    is_taken = name.lower() in ("latest", CHAMPION) or re.fullmatch(r"[vV]\d+", name)
    return f"model-{name}" if is_taken else name
