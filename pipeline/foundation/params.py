"""params.yaml -> frozen dataclasses. An unknown, missing or mistyped key is an error."""

from __future__ import annotations

import difflib
import json
from dataclasses import asdict, fields, is_dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, PlainValidator, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass
from pydantic_core import PydanticCustomError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from pipeline.foundation.errors import PipelineError

REPOSITORY = Path(__file__).parents[2]

Fraction = Annotated[float, Field(ge=0, lt=1)]
Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]
Epochs = Annotated[int, Field(ge=1, le=10_000)]


def _checked_devices(value: Any) -> Any:  # noqa: ANN401
    if value == "all" or (type(value) is int and value >= 1):
        return value
    raise PydanticCustomError("devices", "Input should be a whole number from 1, or all")


Devices = Annotated[int | Literal["all"], PlainValidator(_checked_devices)]

UNKNOWN = ("unexpected_keyword_argument", "extra_forbidden")
"""How pydantic calls a key that nothing reads."""

_strict = ConfigDict(extra="forbid", strict=True)


class ParamsError(PipelineError):
    """params.yaml is missing, is no YAML, or holds a key or value that means nothing here."""


@dataclass(frozen=True, config=_strict)
class Data:
    """Where the faces and their labels come from, as paths from the repository's root.

    `labels` "ferplus" takes the classes, contempt among them, that most of FER+'s taggers agree on
    (the file `votes`) in place of those of the CSV.
    """

    source: str
    labels: Literal["fer2013", "ferplus"]
    votes: str


HALVINGS = 5
"""How often a face of 48 pixels can be halved by a max-pool before nothing is left of it."""


@dataclass(frozen=True, config=_strict)
class Cnn:
    """Options of `networks.cnn`: the width of each block's convolution, and of the dense layer."""

    name: Literal["cnn"]
    filters: Annotated[list[Count], Field(min_length=1, max_length=HALVINGS)]
    dense: Count
    block_dropout: Fraction
    dropout: Fraction


@dataclass(frozen=True, config=_strict)
class Vgg:
    """Options of `networks.vgg`: `stages` holds the widths of each stage's convolutions."""

    name: Literal["vgg"]
    stages: Annotated[
        list[Annotated[list[Count], Field(min_length=1)]],
        Field(min_length=1, max_length=HALVINGS + 1),  # the last stage is not halved
    ]
    stage_dropout: Fraction
    dropout: Fraction


@dataclass(frozen=True, config=_strict)
class MobileNet:
    """Options of `networks.mobilenet`: faces are enlarged to `input_size`, in pixels."""

    name: Literal["mobilenet"]
    weights: Literal["imagenet"] | None
    input_size: Annotated[int, Field(ge=32)]
    alpha: Positive
    dropout: Fraction


Network = Annotated[Cnn | Vgg | MobileNet, Field(discriminator="name")]
"""The options of one function of `networks.py`, whose name `name` is."""


@dataclass(frozen=True, config=_strict)
class Augmentation:
    """Ranges of the random changes to a training face; 0 or false leaves one out.

    `rotation` and `shear` in degrees either way, `zoom` and the shifts as fractions of the side,
    `brightness` as a fraction of white, `contrast` as a fraction of itself. `erasing` is the share
    of faces of which a random rectangle is hidden. To `cnn` and `vgg`, which normalise every face,
    light and contrast matter only by what they drive into black and white.
    """

    rotation: Annotated[float, Field(ge=0, le=180)] = 0.0
    shear: Annotated[float, Field(ge=0, lt=90)] = 0.0
    zoom: Fraction = 0.0
    width_shift: Fraction = 0.0
    height_shift: Fraction = 0.0
    flip: bool = False
    brightness: Fraction = 0.0
    contrast: Fraction = 0.0
    erasing: Fraction = 0.0


@dataclass(frozen=True, config=_strict)
class Spoiling:
    """Shares of the training faces that are seen blurred, noisy, small, badly lit or compressed.

    A face is spoilt in one way at most, so they add up to 1 at most; `learning/spoiling.py` tells
    how much. Teachers see the same faces unspoilt.
    """

    blur: Share = 0.0
    noise: Share = 0.0
    small: Share = 0.0
    light: Share = 0.0
    jpeg: Share = 0.0


@dataclass(frozen=True, config=_strict)
class Distillation:
    """Learning from what `teachers`, other models of params.yaml, say of the same faces.

    `weight` is the share of the loss that compares with the mean of their probabilities, which
    `temperature` flattens; the rest compares with the labels (Hinton et al. 2015,
    arXiv:1503.02531). `start` names a teacher of the same network whose weights the student begins
    with.
    """

    teachers: Annotated[list[str], Field(min_length=1)]
    temperature: Positive
    weight: Share
    start: str | None = None


@dataclass(frozen=True, config=_strict)
class Head:
    """A first phase that trains the new classification head alone, the pretrained base frozen."""

    epochs: Epochs
    learning_rate: Positive


@dataclass(frozen=True, config=_strict)
class Training:
    """How one model is trained.

    `schedule` "cosine" lets the learning rate fall to 0 over `epochs`, after it has risen from 0
    in the first `warmup_epochs`. `weight_decay` is decoupled (Loshchilov & Hutter 2019,
    arXiv:1711.05101) and spares biases and norms; "adam" with it is AdamW. `ema` is the momentum of
    an average of the weights, which is what then validates and is kept. `mixup` is the alpha of
    Zhang et al. 2018, arXiv:1710.09412. `votes` is the share of FER+'s votes in what a training
    face is to be called, where `convert` found votes. 0 turns any of these off. Training stops
    after `patience` epochs in which `monitor`, a validation figure, did not improve; the best epoch
    is kept, never the last.

    `prior_power` is the largest power of the classes' shares by which rare classes may be favoured:
    `learning/calibration.py` tells how. `devices` is the number of GPUs, or of CPUs where there is
    none, that share every batch equally.
    """

    network: Network
    seed: Annotated[int, Field(ge=0, lt=2**31)]
    batch_size: Count
    epochs: Epochs
    patience: Count
    monitor: Literal["val_accuracy", "val_loss"]
    optimizer: Literal["adam", "sgd"]
    learning_rate: Positive
    schedule: Literal["constant", "cosine"]
    loss: Literal["categorical_crossentropy", "categorical_focal_crossentropy"]
    label_smoothing: Fraction
    augmentation: Augmentation
    head: Head | None = None
    warmup_epochs: Annotated[int, Field(ge=0)] = 0
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    ema: Fraction = 0.0
    mixup: Annotated[float, Field(ge=0)] = 0.0
    votes: Share = 0.0
    spoiling: Spoiling = Spoiling()
    distil: Distillation | None = None
    prior_power: Share = 0.0
    precision: Literal["float32", "mixed_bfloat16"] = "float32"
    devices: Devices = 1


VIEWS = {"none": 1, "flip": 2, "ten": 10}
"""How many views of a face each `averaging` averages."""


@dataclass(frozen=True, config=_strict)
class Evaluation:
    """How models are measured, beside the plain single view that everything is chosen by.

    `averaging` "flip" also averages a face and its mirror image, "ten" ten views: a face and its
    mirror image, where they are and moved two pixels to each corner. `bootstrap` is the number of
    samples that the 95 % intervals come from.
    """

    averaging: Literal["none", "flip", "ten"]
    bootstrap: Count


@dataclass(frozen=True, config=_strict)
class Promotion:
    """The champion is the model with the best `metric` on the validation split.

    Those that are `excluded` are trained and measured and never served: teachers, for example, that
    are too slow.
    """

    metric: Literal["accuracy", "macro_f1", "loss"]
    excluded: list[str] = Field(default_factory=list)


@dataclass(frozen=True, config=_strict)
class Ablation:
    """A study by hand of the recipe `base`, a section of `train`: `python -m pipeline.ablation`.

    `changes`, of the keys of such a section, make every run smaller or shorter than the recipe. It
    is trained with each of `seeds`, and each of `variants`, changes again, with the first of them.
    """

    base: str
    changes: dict[str, Any]
    seeds: Annotated[list[int], Field(min_length=1)]
    variants: dict[str, dict[str, Any]]


@dataclass(frozen=True, config=_strict)
class Params:
    """All of params.yaml. `models` and `students` list the sections of `train` that it runs.

    Students have teachers, whose files the stage `train-students` of dvc.yaml names.
    """

    models: Annotated[list[str], Field(min_length=1)]
    students: list[str]
    data: Data
    train: dict[str, Training]
    evaluate: Evaluation
    promote: Promotion
    ablation: Ablation

    @property
    def trained(self) -> list[str]:
        """Every model that the pipeline trains and measures."""
        return [*self.models, *self.students]

    @property
    def candidates(self) -> list[str]:
        """Those of which one becomes the champion."""
        return [model for model in self.trained if model not in self.promote.excluded]


def load_params(path: Path = REPOSITORY / "params.yaml") -> Params:
    """Read and check params.yaml; ParamsError names file, key and reason in one sentence."""
    # As JSON, because pydantic's strict mode takes a mapping for a dataclass from JSON alone.
    text = json.dumps(_read_yaml(path), default=str)
    try:
        params = TypeAdapter(Params).validate_json(text)
    except ValidationError as error:
        raise ParamsError(f"{path}: {_describe(error)}") from None
    _check_names(params, path)
    for model, settings in params.train.items():
        _check(settings, f"{path}: train.{model}")
    _check_teachers(params, path)
    return params


def _check_names(params: Params, path: Path) -> None:
    """Every model that is named is a section of `train`, and one of them may be served."""
    for place, models in (
        ("models", params.models),
        ("students", params.students),
        ("promote.excluded", params.promote.excluded),
        ("ablation.base", [params.ablation.base]),
    ):
        for model in models:
            if model not in params.train:
                raise ParamsError(
                    f"{path}: {place} names {model!r}, but there is no section train.{model}"
                )
    if not params.candidates:
        raise ParamsError(f"{path}: promote.excluded leaves no model that could be served")


def _read_yaml(path: Path) -> Any:  # noqa: ANN401
    try:
        return YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ParamsError(
            f"{path} is missing; restore it with `git checkout {path.name}`"
        ) from None
    except (UnicodeDecodeError, YAMLError) as error:
        raise ParamsError(f"{path} is not valid YAML: {' '.join(str(error).split())}") from None


def varied(settings: Training, changes: dict[str, Any], place: str) -> Training:
    """`settings` with `changes` of some of its keys; ParamsError, naming `place`, where they err.

    Of a mapping such as `augmentation`, only the keys that are named change.
    """
    merged = asdict(settings)
    for key, value in changes.items():
        inner = merged.get(key)
        both = isinstance(inner, dict) and isinstance(value, dict)
        merged[key] = inner | value if both else value
    try:
        result = TypeAdapter(Training).validate_json(json.dumps(merged))
    except ValidationError as error:
        raise ParamsError(f"params.yaml: {place}: {_describe(error)}") from None
    _check(result, f"params.yaml: {place}")
    return result


def _check_teachers(params: Params, path: Path) -> None:
    """Whoever learns from others is a student, and they are there and do not learn from it."""
    for models, learns_from_others in ((params.models, False), (params.students, True)):
        for model in models:
            if (params.train[model].distil is not None) != learns_from_others:
                raise ParamsError(
                    f"{path}: train.{model} has {'no' if learns_from_others else 'a key'} `distil`,"
                    f" so list {model} under {'models' if learns_from_others else 'students'}"
                )
    for model in params.students:
        _follow_teachers(params, model, path)
        _check_start(params, model, path)


def _follow_teachers(params: Params, model: str, path: Path) -> None:
    """ParamsError where a teacher is not trained, or `model` learns from itself, if by others."""
    place, seen, waiting = f"{path}: train.{model}.distil.teachers", set(), [model]
    while waiting:
        distil = params.train[waiting.pop()].distil
        for teacher in distil.teachers if distil else []:
            if teacher not in params.trained:
                raise ParamsError(
                    f"{place}: {teacher!r} is not trained; add it to models, or take {model} out "
                    "of students"
                )
            if teacher == model:
                raise ParamsError(f"{place}: {model} would learn from itself")
            if teacher not in seen:
                seen.add(teacher)
                waiting.append(teacher)


def _check_start(params: Params, model: str, path: Path) -> None:
    """ParamsError where `model` cannot begin with the weights that it is to begin with."""
    settings, place = params.train[model], f"{path}: train.{model}.distil.start"
    if not settings.distil or not (start := settings.distil.start):
        return
    if start not in settings.distil.teachers:
        raise ParamsError(f"{place} is {start!r}, which is none of the teachers")
    if params.train[start].network != settings.network:
        raise ParamsError(f"{place}: {start} has another network than {model}")


def _check(settings: Training, place: str) -> None:
    if sum(shares := list(asdict(settings.spoiling).values())) > 1:
        raise ParamsError(f"{place}.spoiling: the shares add up to {sum(shares):g}, more than 1")
    _check_warmup(settings, place)


def _check_warmup(settings: Training, place: str) -> None:
    if settings.warmup_epochs and settings.schedule != "cosine":
        raise ParamsError(f"{place}.warmup_epochs needs schedule: cosine")
    if settings.warmup_epochs >= settings.epochs:
        raise ParamsError(
            f"{place}.warmup_epochs is {settings.warmup_epochs}; it must be less than epochs, "
            f"which is {settings.epochs}"
        )


def _describe(error: ValidationError) -> str:
    """The first fault of a pydantic error as `key: reason`, with a near name for an unknown key."""
    # An unknown key tells more than the missing one that it was meant to be.
    fault = min(error.errors(), key=lambda fault: fault["type"] not in UNKNOWN)
    # Behind "network" pydantic puts the name of the options that it took them for.
    keys = [str(key) for before, key in pairwise(("", *fault["loc"])) if before != "network"]
    place = ".".join(keys) or "top level"
    if fault["type"] in UNKNOWN:
        near = difflib.get_close_matches(keys[-1], _known_names(), n=1)
        return f"{place}: unknown key" + (f"; did you mean {near[0]!r}?" if near else "")
    if fault["type"] in ("missing", "missing_argument"):
        return f"{place}: this key is missing"
    if fault["type"] == "union_tag_not_found":
        return f"{place}.name: this key is missing"
    if fault["type"] == "union_tag_invalid":
        known = fault["ctx"]["expected_tags"].replace("'", "")
        return f"{place}.name is {fault['ctx']['tag']!r}; networks.py has {known}"
    return f"{place}: {fault['msg']}, but it is {fault['input']!r}"


def _known_names() -> set[str]:
    """Every field name of the dataclasses in this module."""
    known = [value for value in globals().values() if isinstance(value, type)]
    return {field.name for cls in known if is_dataclass(cls) for field in fields(cls)}
