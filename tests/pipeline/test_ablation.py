"""The study of a recipe: which runs it has, and that none is trained twice or lost."""

import csv
from dataclasses import replace

import pytest

from pipeline.ablation import FULL, runs_of
from pipeline.data.dataset import FER2013_HASH
from pipeline.foundation.params import REPOSITORY, ParamsError, load_params, varied
from pipeline.learning.checkpoint import fingerprint
from tests.workspace import Workspace

PARAMS = load_params()
VGG = PARAMS.train["vgg"]


def test_every_seed_has_the_full_recipe_and_the_first_every_variant():
    study = replace(PARAMS.ablation, seeds=[5, 6], variants={"no mixup": {"mixup": 0}})
    runs = list(runs_of(study, VGG))
    assert [(run.recipe, run.settings.seed) for run in runs] == [
        (FULL, 5),
        (FULL, 6),
        ("no mixup", 5),
    ]
    assert [run.settings.mixup for run in runs] == [VGG.mixup, VGG.mixup, 0]
    assert {run.settings.epochs for run in runs} == {PARAMS.ablation.changes["epochs"]}


def test_a_run_is_known_by_its_settings_and_its_data():
    runs = list(runs_of(PARAMS.ablation, VGG))
    keys = {fingerprint(run.settings, data) for run in runs for data in ("data", "other data")}
    assert len(keys) == 2 * len(runs)


def test_the_committed_table_is_of_the_study_that_params_name():
    """So the study is not trained again by who has FER2013 and changes nothing."""
    with (REPOSITORY / "reports" / "ablation" / "ablation.csv").open(newline="") as file:
        known = [row["settings"] for row in csv.DictReader(file)]
    runs = runs_of(PARAMS.ablation, VGG)
    assert known == [fingerprint(run.settings, FER2013_HASH) for run in runs]


def test_of_a_mapping_only_the_named_keys_change():
    changed = varied(VGG, {"augmentation": {"erasing": 0}}, "here")
    assert changed == replace(VGG, augmentation=replace(VGG.augmentation, erasing=0.0))


def test_a_wrong_change_is_one_sentence_that_names_it(subtests):
    for changes, sentence in [
        ({"mixupp": 0}, r"here: mixupp: unknown key; did you mean 'mixup'\?"),
        ({"augmentation": {"erasing": "much"}}, r"here: augmentation\.erasing: .*'much'"),
        ({"schedule": "constant"}, r"here\.warmup_epochs needs schedule: cosine"),
        ({"epochs": 2}, r"here\.warmup_epochs is 3; it must be less than epochs, which is 2"),
    ]:
        with (
            subtests.test(changes=changes, sentence=sentence),
            pytest.raises(ParamsError, match=sentence),
        ):
            varied(VGG, changes, "here")


def table_of(workspace):
    path = workspace.root / "reports" / "ablation" / "ablation.csv"
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_study_goes_on_with_the_runs_that_its_table_lacks(tmp_path):
    workspace = Workspace(tmp_path)
    workspace.stage("convert")
    output = workspace.stage("ablation")
    assert "3 of 3: no mixup, seed 1" in output
    first = table_of(workspace)
    assert [(row["recipe"], row["seed"]) for row in first] == [
        (FULL, "1"),
        (FULL, "2"),
        ("no mixup", "1"),
    ]
    assert all(0 < float(row["test_accuracy"]) <= 1 for row in first)
    assert (workspace.root / "reports" / "ablation" / "ablation.png").stat().st_size > 0

    workspace.replace("params.yaml", "no mixup: {mixup: 0}", "less mixup: {mixup: 0.1}")
    output = workspace.stage("ablation")
    assert "1 of 3" not in output
    assert "3 of 3: less mixup, seed 1" in output
    assert table_of(workspace)[:2] == first[:2]
    assert [row["recipe"] for row in table_of(workspace)] == [FULL, FULL, "less mixup"]
