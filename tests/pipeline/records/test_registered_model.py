"""What MLflow's registry holds is the recogniser: any picture in, a table out, without Keras."""

import base64
import io
import json
import os
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest
from packaging.requirements import Requirement
from PIL import Image

from fer_system import Recognizer
from fer_system.detector import YUNET_FILE
from fer_system.pyfunc import MODEL_FILE, PICTURE, open_folder
from pipeline.foundation.params import REPOSITORY
from pipeline.records.journal import Journal
from pipeline.records.registry import CHAMPION, LIBRARY_REQUIREMENTS, Kept
from tests.mlflow_server import free_port, wait_for

URI = "models:/fer@champion"


@pytest.fixture(scope="module")
def registry(model_path, astronaut, tmp_path_factory):
    """The environment of a clone whose registry holds the toy model as champion."""
    root, path = tmp_path_factory.mktemp("clone"), sys.path.copy()
    folder = root / "recognizer"
    folder.mkdir()
    shutil.copy(model_path, folder / MODEL_FILE)
    if YUNET_FILE.is_file():
        shutil.copy(YUNET_FILE, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DVC_ROOT", str(root))
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{root / 'mlflow.db'}")
        journal = Journal("toy")
        example = pd.DataFrame({PICTURE: [astronaut.read_bytes()]})
        journal.log_model(Kept("toy", folder, example, open_folder(folder).predict(example)))
        journal.alias(CHAMPION)
        journal.finish()
        assert journal.open
        yield dict(os.environ)
    mlflow.set_tracking_uri(None)
    sys.path[:] = path  # MLflow puts a model's own code before all other


@pytest.fixture(scope="module")
def model(registry):
    return mlflow.pyfunc.load_model(URI)


def test_bytes_paths_and_cut_faces_of_any_number_type_give_what_the_recogniser_gives(
    model, model_path, astronaut
):
    recognizer = Recognizer(model_path)
    face = np.random.default_rng(3).integers(0, 256, (48, 48, 1)).astype(np.uint8)
    content, path = astronaut.read_bytes(), str(astronaut)
    pictures = [content, path, face, face[..., 0], face.astype(float), face.astype(float).tolist()]
    found = model.predict(pd.DataFrame({"picture": pictures}))
    photo, cut = recognizer(path)[0], recognizer(face)[0]
    for number, expected in enumerate([photo, photo, cut, cut, cut, cut]):
        row = found.iloc[number]
        assert (row["faces"], row["label"], row["error"]) == (1, expected.label, "")
        assert tuple(row[["left", "top", "width", "height"]]) == expected.box
        shares = dict(row[list(recognizer.classes)])
        assert shares == pytest.approx(expected.probabilities, abs=1e-4)
    faces = np.stack([face, 255 - face])
    alike = [pd.DataFrame({"picture": list(faces)}), {"picture": faces.astype(np.float64)}]
    first, second = map(model.predict, alike)
    pd.testing.assert_frame_equal(first, second)


def test_the_lines_of_the_document_give_a_row_for_each_picture(documented, registry, astronaut):
    [block] = documented
    root = Path(registry["MLFLOW_TRACKING_URI"].removeprefix("sqlite:///")).parent
    for name in ("photo.jpg", "other.jpg"):
        shutil.copy(astronaut, root / name)
    *lines, predict, of_spark = block.code.splitlines()
    assert "spark_udf" in of_spark
    code = "\n".join([*lines, f"print(list(({predict})['faces']))"])
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, env=registry, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "[1, 1]\n"


def test_what_is_no_picture_or_has_no_face_is_a_row_of_its_own(model):
    empty = io.BytesIO()
    Image.new("RGB", (64, 32)).save(empty, "PNG")
    given = [empty.getvalue(), b"", "none.png", np.zeros((2, 2, 2, 2)), [[1], [1, 2]]]
    found = model.predict(pd.DataFrame({"picture": given}, index=list("abcde")))
    assert list(found.index) == list("abcde")
    assert list(found["faces"]) == [0] * 5
    for error, reason in zip(
        found["error"], ("", "empty", "No such", "shape", "rows"), strict=True
    ):
        assert reason in error
    assert found["confidence"].isna().all()
    assert found["uncertain"].all()


def test_loading_it_needs_neither_keras_nor_the_repository(registry, astronaut, tmp_path):
    code = (
        "import sys, mlflow, pandas as pd; model = mlflow.pyfunc.load_model(sys.argv[1]);"
        "table = model.predict(pd.DataFrame({'picture': [sys.argv[2]]}));"
        "import fer_system; print(table['faces'][0], fer_system.__file__);"
        "sys.exit(any(name in sys.modules for name in ('tensorflow', 'keras', 'pipeline')))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, URI, astronaut],
        cwd=tmp_path,
        env=registry,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    faces, place = ended.stdout.split()
    assert faces == "1"
    assert not place.startswith(str(REPOSITORY))


def test_it_is_served_over_http(registry, model, astronaut, tmp_path):
    content = astronaut.read_bytes()
    address = f"http://127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "mlflow", "models", "serve", "--env-manager", "local"]
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [*command, "-m", URI, "--port", address.rpartition(":")[2]],
            env=registry | {"PATH": f"{Path(sys.executable).parent}:{registry['PATH']}"},
            stdout=log,
            stderr=log,
        )
    try:
        wait_for(f"{address}/health", process)
        body = {"dataframe_split": {"columns": ["picture"]}}
        body["dataframe_split"]["data"] = [[base64.b64encode(content).decode()]]
        request = urllib.request.Request(
            f"{address}/invocations",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as answer:
            [row] = json.load(answer)["predictions"]
    finally:
        process.terminate()
        process.wait(60)
    expected = model.predict(pd.DataFrame({"picture": [content]})).iloc[0]
    assert row == expected.where(expected.notna(), None).to_dict()


SPARK_COLUMN = """
import sys, mlflow
from pyspark.sql import SparkSession
spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
files = spark.read.format("binaryFile").load(sys.argv[2])
faces = mlflow.pyfunc.spark_udf(spark, sys.argv[1], env_manager="local")("content")
files.union(files.selectExpr("path", "modificationTime", "length", "X'00'")).select(
    faces.alias("face")
).select("face.*").toPandas().to_json(sys.argv[3], orient="records")
"""


def test_it_is_a_column_of_spark(registry, model, astronaut, tmp_path):
    pytest.importorskip("pyspark", reason="pyspark is not installed: `make spark`")
    if shutil.which("java") is None:
        pytest.skip("Java is not installed, which Spark needs")
    ended = subprocess.run(
        [sys.executable, "-c", SPARK_COLUMN, URI, astronaut, tmp_path / "table.json"],
        env=registry | {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    given = pd.DataFrame({"picture": [astronaut.read_bytes(), b"\0"]})
    found = pd.read_json(tmp_path / "table.json", dtype=False, precise_float=True)
    expected = model.predict(given)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False, check_exact=True)


def test_its_requirements_are_the_librarys(model):
    tomllib = pytest.importorskip("tomllib", reason="Python 3.10 has no reader of TOML")
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    assert list(LIBRARY_REQUIREMENTS) == project["project"]["dependencies"]
    listed = mlflow.pyfunc.get_model_dependencies(URI, "pip")
    needed = set(map(Requirement, Path(listed).read_text(encoding="utf-8").splitlines()))
    needed = {requirement for requirement in needed if requirement.name != "mlflow"}
    assert needed == set(map(Requirement, LIBRARY_REQUIREMENTS))
