"""Who may import whom, read from the imports themselves.

app -> web -> fer_system; in pipeline/ a command imports folders, and a folder those before it.
"""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

FOLDERS = ("foundation", "data", "learning", "measuring", "formats", "pictures", "records")
"""The folders of pipeline/: each may import those that stand before it."""
OF_THE_LIBRARY = (
    "fer_system.card",
    "fer_system.classifier.read_card",
    "fer_system.detector.YUNET",
    "fer_system.detector.YUNET_FILE",
    "fer_system.download",
    "fer_system.emotions",
    "fer_system.fonts",
    "fer_system.graph",
    "fer_system.intervals",
    "fer_system.metrics",
    "fer_system.picture",
    "fer_system.pyfunc",
)
"""What the pipeline takes from the library: classes' names, the reading of pictures, figures that
both tell, the card, fonts, checked downloads, the whole recogniser as a graph, which is an export,
and as MLflow keeps it."""
LIBRARIES = {
    "gradio": ("app.py", "web/"),
    "prometheus_client": ("web/metrics.py",),
    "mlflow": (
        "pipeline/records/journal.py",
        "pipeline/records/registry.py",
        "pipeline/records/system_metrics.py",
    ),
    "dvc": (),
    "matplotlib": ("pipeline/pictures/",),
    "keras": (
        "pipeline/learning/",
        "pipeline/formats/",
        "pipeline/*.py",
        "pipeline/records/journal.py",
        "pipeline/records/teachers.py",
    ),
    "tensorflow": ("pipeline/learning/", "pipeline/formats/", "pipeline/export.py"),
}
"""Heavy libraries, and who alone may import them."""


def sources(*places):
    paths = [ROOT / "app.py"] if "app.py" in places else []
    for place in places:
        paths += sorted((ROOT / place).rglob("*.py"))
    assert len(paths) >= len(places)
    return paths


def name_of(path):
    return path.relative_to(ROOT).as_posix()


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
    """Those of `modules` that a file imports, or imports something from."""
    return {
        module
        for module in modules
        for name in imports(path)
        if name == module or name.startswith(f"{module}.")
    }


def test_the_library_knows_neither_page_nor_pipeline_and_the_page_no_pipeline():
    for path in sources("fer_system"):
        assert not uses(path, "pipeline", "web", "app", "drawings"), name_of(path)
    for path in sources("app.py", "web"):
        assert not uses(path, "pipeline", "drawings"), name_of(path)
    for path in sources("pipeline", "drawings"):
        assert not uses(path, "web", "app"), name_of(path)


def test_no_command_of_the_pipeline_is_imported():
    commands = [f"pipeline.{path.stem}" for path in (ROOT / "pipeline").glob("[!_]*.py")]
    assert "pipeline.train" in commands
    for path in sources("pipeline", "drawings", "benchmarks"):
        assert not uses(path, *commands), name_of(path)


def test_a_folder_of_the_pipeline_imports_only_those_before_it():
    here = {path.name for path in (ROOT / "pipeline").iterdir() if (path / "__init__.py").exists()}
    assert here == set(FOLDERS)
    for place, folder in enumerate(FOLDERS):
        later = [f"pipeline.{other}" for other in FOLDERS[place + 1 :]]
        for path in sources(f"pipeline/{folder}"):
            assert not uses(path, *later), name_of(path)


def test_the_pipeline_takes_little_from_the_library():
    for path in sources("pipeline"):
        for name in imports(path):
            allowed = any(f"{name}.".startswith(f"{part}.") for part in OF_THE_LIBRARY)
            assert allowed or not name.startswith("fer_system"), f"{name_of(path)} imports {name}"


def test_heavy_libraries_stay_in_their_rooms():
    for path in sources("app.py", "fer_system", "web", "pipeline", "drawings"):
        for library, rooms in LIBRARIES.items():
            allowed = any(
                name_of(path).startswith(room) or path.relative_to(ROOT).match(room)
                for room in rooms
            )
            assert allowed or not uses(path, library), f"{name_of(path)} imports {library}"


def test_importing_leaves_the_heavy_libraries_alone():
    training = {"tensorflow", "keras", "mlflow", "dvc"}
    library = training | {"gradio", "jinja2"}
    for statement, forbidden in (
        ("import fer_system", library),
        ("import fer_system.emotions", library | {"numpy", "cv2", "onnxruntime", "av", "PIL"}),
        ("import app, web.page", training),
        ("import pipeline.foundation.params", training | {"numpy", "matplotlib"}),
    ):
        program = f"import sys; {statement}; print(*sorted({forbidden!r} & set(sys.modules)))"
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert done.stdout.split() == [], statement
