"""What each stage of dvc.yaml depends on: all that its result depends on, and no more."""

import ast
from pathlib import Path

from ruamel.yaml import YAML

from pipeline.foundation.params import load_params
from tests.workspace import REPOSITORY

STAGES = YAML(typ="safe").load((REPOSITORY / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
HARMLESS = (
    "pipeline/foundation/",
    "pipeline/records/durations.py",
    "pipeline/records/files.py",
    "pipeline/records/journal.py",
    "pipeline/records/machine.py",
    "pipeline/records/markdown.py",
    "pipeline/records/open_runs.py",
    "pipeline/records/registry.py",
    "pipeline/records/reports.py",
    "pipeline/records/run_data.py",
    "pipeline/records/run_description.py",
    "pipeline/records/run_figures.py",
    "pipeline/records/system_metrics.py",
)
"""What stages may import without depending on it: how files lie, are read and written, and told."""
MODULES = sorted(
    path.relative_to(REPOSITORY).as_posix()
    for folder in ("pipeline", "fer_system", "web", "drawings")
    for path in (REPOSITORY / folder).rglob("*.py")
)


def stale_after(module):
    """The stages that DVC runs again once a file has changed."""
    return {
        name
        for name, stage in STAGES.items()
        if any(module == place or module.startswith(f"{place}/") for place in stage["deps"])
    }


def imported_by(module):
    """The project's modules that a file imports, and those that they import."""
    found, waiting = set(), [module]
    while waiting:
        tree = ast.parse((REPOSITORY / waiting.pop()).read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
                new = {f"{name.replace('.', '/')}.py" for name in names} & set(MODULES) - found
                found |= new
                waiting += new
    return found


def test_a_stage_depends_on_every_module_that_its_result_comes_from():
    for name in STAGES:
        command = f"pipeline/{name.partition('-')[0]}.py"
        needed = {command, *imported_by(command)}
        lacking = {
            module
            for module in needed
            if not module.startswith(HARMLESS) and name not in stale_after(module)
        }
        assert not lacking, f"{name} does not depend on {sorted(lacking)}"


def test_only_what_a_training_learns_by_makes_it_stale():
    stale = {module for module in MODULES if "train" in stale_after(module)}
    assert {"pipeline/learning/augmentation.py", "pipeline/learning/networks.py"} <= stale
    others = {module for module in stale if not module.startswith("pipeline/learning/")}
    assert others == {
        "pipeline/train.py",
        "pipeline/data/dataset.py",
        "pipeline/formats/keras_file.py",
        "pipeline/records/teachers.py",
        "fer_system/metrics.py",
    }


def test_a_student_depends_on_its_teachers_and_on_all_that_other_models_do():
    params = load_params()
    teachers = {
        teacher for model in params.students for teacher in params.train[model].distil.teachers
    }
    files = {f"models/{teacher}.keras" for teacher in teachers}
    records = {f"reports/models/{teacher}/training.json" for teacher in teachers}
    exported = {f"models/{teacher}.onnx" for teacher in teachers}
    for stage, own in (("train", files | records), ("evaluate", exported)):
        assert set(STAGES[f"{stage}-students"]["deps"]) == set(STAGES[stage]["deps"]) | own


def test_a_training_cannot_open_the_test_split():
    for stage in ("train", "train-students"):
        arrays = {place for place in STAGES[stage]["deps"] if "arrays" in place}
        assert arrays == {"data/arrays/train.npz", "data/arrays/val.npz"}


def test_pictures_and_the_journal_make_nothing_stale_that_measures():
    for module in MODULES:
        if Path(module).parent.name == "pictures" or module.endswith("/journal.py"):
            assert stale_after(module) <= {"draw", "record"}, module


def test_every_plot_of_a_model_names_it_in_its_title():
    for name, stage in STAGES.items():
        for plot in stage.get("plots", []):
            ((place, options),) = plot.items()
            told = "${item.model}" in options["title"]
            assert told == ("${item.model}" in place), f"{name}: {place}"


def test_an_interrupted_stage_keeps_what_git_tracks():
    for name, stage in STAGES.items():
        for out in [*stage.get("outs", []), *stage.get("plots", []), *stage.get("metrics", [])]:
            ((place, options),) = out.items() if isinstance(out, dict) else [(out, {})]
            if options.get("cache") is False:
                assert options.get("persist"), f"{name}: {place}"
