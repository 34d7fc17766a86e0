"""Who may import whom: app -> web -> fer_system; pipeline -> fer_system.emotions, .picture."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TRAINING = {"tensorflow", "keras", "mlflow", "dvc"}
STAGES = (
    "convert",
    "train",
    "evaluate",
    "promote",
    "robustness",
    "rivals",
    "record",
    "label_noise",
)


def imports(path):
    """Every module a file imports, at whatever depth, as absolute dotted names."""
    package = path.relative_to(ROOT).parent.parts
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *filter(None, [node.module])])
            names.update(f"{module}.{alias.name}" for alias in node.names)
    return names


def uses(path, *modules):
    """Those of `modules` a file imports, or imports something from."""
    return {
        module
        for module in modules
        for name in imports(path)
        if name == module or name.startswith(f"{module}.")
    }


def sources(package):
    paths = sorted((ROOT / package).rglob("*.py"))
    assert paths, f"{package}/ holds no Python file"
    return paths


def named(paths):
    return pytest.mark.parametrize("path", paths, ids=lambda path: str(path.relative_to(ROOT)))


@named(sources("fer_system"))
def test_recognition_knows_neither_pipeline_nor_page_nor_training(path):
    assert not uses(path, "pipeline", "web", "app", "gradio", *TRAINING)


@named([*sources("web"), ROOT / "app.py"])
def test_the_page_knows_neither_pipeline_nor_training(path):
    assert not uses(path, "pipeline", *TRAINING)


@named(sources("pipeline"))
def test_the_pipeline_knows_class_names_and_how_pictures_are_read_and_nothing_else(path):
    assert not uses(path, "web", "app", "gradio")
    foreign = {name for name in imports(path) if name.split(".")[0] == "fer_system"}
    card = r"|card|classifier\.read_card" if path.stem == "report" else ""
    allowed = rf"fer_system\.(emotions|metrics|picture{card})(\..*)?"
    assert all(re.fullmatch(allowed, name) for name in foreign)


@named([path for path in sources("pipeline") if path.stem != "journal"])
def test_only_tracking_knows_mlflow(path):
    assert not uses(path, "mlflow")


@pytest.mark.parametrize("stage", STAGES)
def test_no_stage_imports_another(stage):
    others = [f"pipeline.{other}" for other in STAGES if other != stage]
    assert not uses(ROOT / "pipeline" / f"{stage}.py", *others)


@pytest.mark.parametrize(
    ("statement", "forbidden"),
    [
        ("import fer_system", TRAINING | {"gradio"}),
        ("import app, web", TRAINING),
    ],
)
def test_importing_leaves_the_heavy_libraries_alone(statement, forbidden):
    program = f"import sys; {statement}; print(*sorted({forbidden!r} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []
