"""What `import fer_system` gives, and what it leaves alone."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import fer_system

ROOT = Path(__file__).parents[2]
HEAVY = {"numpy", "cv2", "onnx", "onnxruntime", "av", "PIL"}


def run(program):
    """What a fresh Python prints that runs `program`, in its words."""
    environment = {key: text for key, text in os.environ.items() if not key.startswith("ORT_")}
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()


def test_every_name_is_there_and_type_checkers_see_the_same():
    tree = ast.parse(Path(fer_system.__file__).read_text(encoding="utf-8"))
    typed = {
        node.module: tuple(alias.name for alias in node.names)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level
    }
    assert typed == fer_system._MODULES
    assert sorted(fer_system.__all__) == sorted(sum(typed.values(), ()))
    for name in fer_system.__all__:
        assert getattr(fer_system, name) is not None
    assert set(fer_system.__all__) <= set(dir(fer_system))
    assert not hasattr(fer_system, "NoSuchName")


def test_a_light_module_loads_nothing_heavy():
    for module in ("fer_system", "fer_system.emotions", "fer_system.errors", "fer_system.records"):
        loaded = f"import sys, {module}; print(*{HEAVY!r} & set(sys.modules))"
        assert run(loaded) == [], module


def test_no_import_writes_into_the_environment():
    modules = sorted(path.stem for path in (ROOT / "fer_system").glob("[a-z]*.py"))
    assert len(modules) > 10
    before = f"import os, {', '.join(HEAVY)}; before = dict(os.environ)"  # cv2 writes itself
    imports = "; ".join(f"import fer_system.{module}" for module in modules)
    assert run(f"{before}; {imports}; print(before == dict(os.environ))") == ["True"]


def test_onnx_runtime_is_told_to_keep_its_telemetry_before_it_is_imported():
    # What ONNX Runtime's import would see is what is set when its module is looked for.
    program = """
import os, sys
class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "onnxruntime":
            print(os.environ.get("ORT_DISABLE_TELEMETRY"))
sys.meta_path.insert(0, Watch())
from fer_system import Recognizer
print("imported")
Recognizer(detector="haar")
"""
    assert run(program) == ["imported", "1"]


def requirements(name):
    """The requirements of a file, without those of the files that it names."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    plain = (line.partition("#")[0].strip() for line in lines)
    return {line for line in plain if line and not line.startswith("-")}


def test_the_requirements_files_ask_for_what_the_extras_ask_for():
    tomllib = pytest.importorskip("tomllib", reason="Python 3.10 has no reader of TOML")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = {
        name: {entry for entry in listed if not entry.startswith("fer-system[")}
        for name, listed in project["optional-dependencies"].items()
    }
    app = {*project["dependencies"], *extras["page"]}
    assert requirements("requirements-app.txt") == app
    assert requirements("requirements.txt") == set().union(*extras.values()) - app
    measuring = requirements("requirements-verify.txt")
    assert measuring < extras["pipeline"]
