"""Figures and parameters of runs: one name each, short, and nothing that tells is lost."""

from dataclasses import asdict

import pytest

from pipeline.foundation.params import load_params, varied
from pipeline.records.run_figures import curve_metrics, kept_metrics, short_params

TRAININGS = load_params().train


def test_no_figure_of_the_kept_network_has_the_name_of_a_curve():
    row = {"epoch": 3, "accuracy": 0.123456, "loss": 1, "val_accuracy": 0.5, "val_loss": 2}
    curves = curve_metrics(row)
    assert curves["train/accuracy"] == 0.1235
    assert curves["val/accuracy"] == 0.5
    assert len(curves) == len(row) - 1, "the epoch is the step"
    kept = kept_metrics({split: {"accuracy": 0.7} for split in ("train", "validation", "test")})
    assert kept == {"best/train/accuracy": 0.7, "best/val/accuracy": 0.7, "test/accuracy": 0.7}
    assert not set(curves) & set(kept)


@pytest.mark.parametrize("name", TRAININGS)
def test_a_recipe_is_told_in_few_short_texts(name):
    told = short_params(asdict(TRAININGS[name]))
    assert len(told) <= 17
    assert {"architecture", "layers", "seed", "epochs", "learning_rate"} <= set(told)
    assert max(map(len, told.values())) < 140
    assert not {"None", "0", "False", ""} & set(told.values())


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": 0},
        {"patience": 3},
        {"loss": "categorical_focal_crossentropy"},
        {"monitor": "val_loss"},
        {"learning_rate": 0.00031},
        {"augmentation": {"rotation": 7}},
        {"augmentation": {"flip": False}},
        {"network": {"stages": [[8, 16], [16]]}},
        {"network": {"dropout": 0.31}},
        {"precision": "float32"},
        {"devices": 2},
        {"spoiling": {"blur": 0.2}},
    ],
    ids=str,
)
def test_a_changed_recipe_is_told_otherwise(changes):
    vgg = TRAININGS["vgg"]
    other = varied(vgg, changes, "here")
    assert short_params(asdict(other)) != short_params(asdict(vgg))
