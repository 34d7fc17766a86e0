"""Scoring pictures with Spark: every file gets its rows once, whatever is killed on the way."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pandas as pd
import psutil
import pytest
from PIL import Image
from skimage import data

from fer_system import Recognizer, score
from tests.mlflow_server import free_port

pyspark = pytest.importorskip("pyspark", reason="pyspark is not installed: `make spark`")
if shutil.which("java") is None:
    pytest.skip("Java is not installed, which Spark needs", allow_module_level=True)

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "examples" / "spark_score.py"
SECONDS_TO_START = 120
SPARK = Path(pyspark.__file__).parent
OF_OTHERS = ("SPARK", "PYTHONPATH")
ENVIRONMENT = {
    name: value for name, value in os.environ.items() if not name.startswith(OF_OTHERS)
} | {
    "SPARK_HOME": str(SPARK),
    "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    "PYSPARK_PYTHON": sys.executable,
    "SPARK_LOCAL_IP": "127.0.0.1",
    "PYTHONWARNINGS": "ignore::FutureWarning",
}


def submit(*arguments, master="local[2]", options=(), **environment):
    """Run the example by spark-submit to its end."""
    return subprocess.run(
        [
            *(SPARK / "bin" / "spark-submit", "--master", master),
            *("--conf", "spark.ui.enabled=false", *options),
            *map(str, (SCRIPT, *arguments, "--detector", "haar")),
        ],
        env=ENVIRONMENT | {"PYTHONPATH": str(ROOT)} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def scored(*arguments, **options):
    """Run the example, which must succeed; gives what it tells at its end."""
    ended = submit(*arguments, **options)
    assert ended.returncode == 0, ended.stdout[-3000:]
    [told] = re.findall(r"^.* files, .* unread: .*$", ended.stdout, re.MULTILINE)
    return told


@pytest.fixture
def pictures(tmp_path):
    """A folder with names and contents of all kinds; nine files."""
    folder = tmp_path / "pictures"
    (folder / "a b" / "_c").mkdir(parents=True)
    astronaut = Image.fromarray(data.astronaut()).resize((256, 256))
    for name in ("1.png", "a b/50%25 ü.png", "a b/br{ack}et[1].png", "a b/_2.png", "a b/_c/_3.png"):
        astronaut.save(folder / name)
    Image.new("RGB", (64, 32)).save(folder / "none.png")
    two = Image.new("RGB", (512, 256))
    two.paste(astronaut, (0, 0))
    two.paste(astronaut, (256, 0))
    two.save(folder / "two.png")
    (folder / "empty.png").touch()
    (folder / "text.png").write_text("no picture")
    return folder


def table_of(target):
    table = pd.read_parquet(target)
    return table.sort_values(["source", "face"]).reset_index(drop=True)


@pytest.mark.parametrize("master", ["local[2]", "local-cluster[2,1,1024]"])
def test_every_file_has_its_rows_and_they_are_those_of_the_plain_loop(
    master, pictures, model_path, tmp_path
):
    target = tmp_path / "table"
    told = scored(pictures, target, "--model", model_path, master=master)
    assert told == f"9 files, 5 faces, 4 unread: {target}"
    table = table_of(target)
    files = {f"file:{path}": path for path in pictures.rglob("*") if path.is_file()}
    assert set(table["source"]) == set(files)
    unread = table[table["error"].notna()].set_index("source")["error"].to_dict()
    unseen = ("empty.png", "a b/_2.png", "a b/_c/_3.png")
    passed_over = {f"file:{pictures / name}" for name in unseen}
    assert {name for name, why in unread.items() if "gives no content" in why} == passed_over
    read = [name for name in sorted(files) if name not in passed_over]
    contents = [(name, files[name].read_bytes()) for name in read]
    expected = pd.DataFrame(score(contents, Recognizer(model_path, "haar")))
    found = table[~table["source"].isin(passed_over)].reset_index(drop=True)
    assert list(found.columns) == list(expected.columns)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False, check_exact=True)


def test_the_command_of_the_document(documented, pictures, tmp_path):
    [block] = documented
    program, script, source, target = shlex.split(block.code)
    assert (program, ROOT / script) == ("spark-submit", SCRIPT)
    assert source.startswith("s3a://")
    assert target.startswith("s3a://")
    told = scored(pictures, tmp_path / "table")
    assert told == f"9 files, 5 faces, 4 unread: {tmp_path / 'table'}"


def test_started_again_it_scores_what_is_new_and_repeats_nothing(pictures, model_path, tmp_path):
    target = tmp_path / "table"
    scored(pictures, target, "--model", model_path)
    before = table_of(target)
    shutil.copy(pictures / "two.png", pictures / "new.png")
    assert scored(pictures, target, "--model", model_path).startswith("10 files, 7 faces, 4 unread")
    after = table_of(target)
    assert (after["source"] == f"file:{pictures / 'new.png'}").sum() == 2
    old = after[after["source"] != f"file:{pictures / 'new.png'}"].reset_index(drop=True)
    pd.testing.assert_frame_equal(old, before)


def test_nothing_to_read_is_one_sentence_and_exit_code_2(model_path, tmp_path):
    (tmp_path / "empty").mkdir()
    for source, model, reason in (
        ("none", model_path, "Path does not exist"),
        ("empty", model_path, "There are no files in"),
        ("empty", tmp_path / "none.onnx", "none.onnx"),
    ):
        ended = submit(tmp_path / source, tmp_path / "table", "--model", model)
        assert ended.returncode == 2
        _, told = ended.stdout.split("spark_score.py: ")  # Spark's own lines around it
        assert reason in told.splitlines()[0]
    assert not (tmp_path / "table").exists()


@contextmanager
def cluster(folder, **environment):
    """A master and two workers of Spark on this computer; gives the master's address."""
    port, web_port = free_port(), free_port()
    address = f"spark://127.0.0.1:{port}"
    master = ["master.Master", "--port", port, "--webui-port", web_port]
    worker = [
        "worker.Worker",
        "--cores",
        1,
        "--memory",
        "1g",
        "--work-dir",
        folder / "work",
        address,
    ]
    log = folder / "cluster.log"
    with log.open("w") as output, ExitStack() as stack:
        for name, *arguments in (master, worker, worker):
            start = [SPARK / "bin" / "spark-class", f"org.apache.spark.deploy.{name}"]
            process = subprocess.Popen(
                [*map(str, (*start, "--host", "127.0.0.1", *arguments))],
                cwd=folder,
                env=ENVIRONMENT | environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            stack.callback(process.wait)
            stack.callback(process.terminate)
        wait_until(lambda: log.read_text().count("Registering worker") == 2)
        yield address


def wait_until(condition):
    end = time.monotonic() + SECONDS_TO_START
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.fixture
def many(tmp_path):
    """A folder of 150 pictures with a face."""
    folder = tmp_path / "many"
    folder.mkdir()
    Image.fromarray(data.astronaut()).save(folder / "0.png")
    for number in range(1, 150):
        shutil.copy(folder / "0.png", folder / f"{number}.png")
    return folder


def kill_a_worker(job):
    """Kill the first process that recognises for Spark, once there is one."""
    while not job.done():
        for process in psutil.process_iter():
            with suppress(psutil.Error):  # it ended
                parent = process.parent()
                if parent and "pyspark.daemon" in parent.cmdline():
                    process.kill()
                    return
        time.sleep(0.1)
    raise AssertionError("nothing was killed")


def test_a_worker_that_is_killed_on_a_cluster_loses_and_doubles_nothing(many, model_path, tmp_path):
    target = tmp_path / "table"
    with cluster(tmp_path) as master, ThreadPoolExecutor(1) as pool:
        job = pool.submit(scored, many, target, "--model", model_path, master=master)
        kill_a_worker(job)
        assert job.result() == f"150 files, 150 faces, 0 unread: {target}"
    assert table_of(target)["source"].is_unique


def test_where_workers_end_again_and_again_isolation_is_advised_and_goes_on(
    many, model_path, tmp_path
):
    target = tmp_path / "table"
    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(submit, many, target, "--model", model_path)  # local[2] tries but once
        kill_a_worker(job)
        ended = job.result()
    assert ended.returncode == 2
    assert "spark_score.py: A worker's Python was ended again and again" in ended.stdout
    told = scored(many, target, "--model", model_path, "--isolate")
    assert told == f"150 files, 150 faces, 0 unread: {target}"
    assert table_of(target)["source"].is_unique


def test_a_cluster_that_lacks_what_the_library_requires_is_told_so(pictures, model_path, tmp_path):
    (tmp_path / "onnxruntime.py").write_text(
        "raise ModuleNotFoundError(f'No module named {__name__!r}')"
    )
    with cluster(tmp_path, PYTHONPATH=str(tmp_path)) as master:
        ended = submit(pictures, tmp_path / "table", "--model", model_path, master=master)
    assert ended.returncode == 2
    assert "spark_score.py: The workers lack onnxruntime: install there what" in ended.stdout
