"""MLflow's page is told of once it is there, goes with Ctrl+C, and what is wrong is a sentence."""

import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager, suppress
from urllib.request import urlopen

import mlflow
import psutil
import pytest

from benchmarks.mlflow_pictures import opened, too_wide
from pipeline.foundation.params import REPOSITORY
from tests.mlflow_server import free_port

FIGURES = {
    "best/val/accuracy": 0.7251,
    "test/accuracy": 0.7138,
    "test/macro_f1": 0.6947,
    "cost/parameters": 1915175,
    "cost/milliseconds_per_face": 12.34,
}


def start(uri, *flags):
    """The command on a store, in a process group of its own, as a terminal starts it."""
    return subprocess.Popen(
        [sys.executable, "-m", "pipeline.mlflow", *map(str, flags)],
        cwd=REPOSITORY,
        env=os.environ | {"MLFLOW_TRACKING_URI": uri},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def complaint(uri, *flags):
    """The one line by which the command refuses."""
    process = start(uri, *flags)
    output, _ = process.communicate()
    assert process.returncode == 1
    return output.removeprefix("Starting MLflow's page ...\n")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A store with a run."""
    uri = f"sqlite:///{tmp_path_factory.mktemp('store') / 'mlflow.db'}"
    client = mlflow.MlflowClient(uri)
    client.set_terminated(client.create_run(client.create_experiment("fer")).info.run_id)
    return uri


@contextmanager
def served(store):
    """The command, its first two lines, the second with the address, and its other processes."""
    process = start(store, "--port", free_port())
    try:
        lines = [process.stdout.readline(), process.stdout.readline()]
        yield process, lines, psutil.Process(process.pid).children(recursive=True)
    finally:
        process.send_signal(signal.SIGINT)  # killed, it would leave the server behind
        process.wait()
        process.stdout.close()


def servers_of(process):
    """The servers that the command has started; importing MLflow starts other programs too."""
    found = []
    for child in psutil.Process(process.pid).children():
        with suppress(psutil.Error):
            found += [child] * ("server" in child.cmdline())
    return found


@pytest.mark.slow
def test_the_page_is_told_of_when_it_is_there_and_ctrl_c_ends_all_of_it_quietly(store):
    with served(store) as (process, lines, others):
        starting, told = lines
        assert starting == "Starting MLflow's page ...\n"
        address = re.fullmatch(r"The runs: (http\S+) \(Ctrl\+C ends it\)\.\n", told)[1]
        assert re.search(r"/#/experiments/\d+/runs\?viewStateShareKey=models", address)
        server = address.partition("/#")[0]
        assert "<title>MLflow</title>" in urlopen(server).read().decode()
        assert start(server).communicate()[0] == f"The runs: {address}\n"  # a team's server
        assert others
        os.killpg(process.pid, signal.SIGINT)
        assert process.communicate()[0] == ""
        assert process.returncode == 0
        assert not [other for other in others if other.is_running()]


@pytest.mark.slow
def test_ctrl_c_while_it_starts_ends_it_too(store):
    process = start(store, "--port", free_port())
    while not (others := servers_of(process)):
        assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)
    assert process.communicate()[0] == "Starting MLflow's page ...\n"
    assert process.returncode == 0
    assert not [other for other in others if other.is_running()]


@pytest.mark.slow
def test_a_server_that_dies_is_told_of(store):
    with served(store) as (process, _, others):
        for other in others:
            other.kill()
        output, _ = process.communicate()
        assert re.fullmatch(r"mlflow: MLflow's server ended: exit code -9\n", output)
        assert process.returncode == 1


def test_a_port_that_is_taken_is_one_sentence_with_another_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = complaint("sqlite:///runs.db", "--port", port)
    assert re.fullmatch(rf"mlflow: port {port} cannot be used .* `make mlflow PORT=\d+` .*\n", told)


def test_a_port_that_is_none_is_refused():
    for word in ("0", "65536", "eighty", "-1"):
        process = start("sqlite:///runs.db", f"--port={word}")
        assert f"'{word}' is not one of 1 to 65535" in process.communicate()[0]
        assert process.returncode == 2


@pytest.mark.slow
def test_where_there_are_no_runs_it_says_how_to_make_some(tmp_path):
    file = tmp_path / "mlflow.db"
    uri = f"sqlite:///{file}"
    for made in (False, True):
        told = complaint(uri, "--port", free_port())
        assert told.startswith(f"mlflow: there are no runs at {uri} yet; make one by `make sample`")
        assert told.count("\n") == 1
        assert file.exists() is made
        mlflow.MlflowClient(uri).create_experiment("fer" if made else "another")


@pytest.mark.slow
def test_a_store_that_cannot_be_read_is_one_sentence_without_its_password(tmp_path):
    damaged = tmp_path / "mlflow.db"
    damaged.write_text("this is no database, " * 100, encoding="utf-8")
    for uri, named in (
        ("http://127.0.0.1:9", "http://127.0.0.1:9"),
        (f"sqlite:///{damaged}", f"sqlite:///{damaged}"),
        ("postgresql+psycopg://me:secret@127.0.0.1:9/runs", "psycopg://me:***@127.0.0.1:9/runs"),
    ):
        told = complaint(uri, "--port", free_port())
        assert told.startswith("mlflow: MLflow cannot read the runs at ")
        assert f"{named} (" in told
        assert "secret" not in told
        assert told.count("\n") == 1


def begin(uri, name, accuracy):
    """A run that validated with `accuracy`, over two epochs."""
    client = mlflow.MlflowClient(uri)
    experiment = client.get_experiment_by_name("fer")
    run_id = client.create_run(experiment.experiment_id, run_name=name).info.run_id
    for figure, value in (FIGURES | {"best/val/accuracy": accuracy}).items():
        client.log_metric(run_id, figure, value)
    for epoch in 1, 2:
        client.log_metric(run_id, "val/accuracy", accuracy - 0.1 / epoch, step=epoch)
        client.log_metric(run_id, "val/loss", 1 / epoch, step=epoch)


@pytest.mark.slow
def test_the_list_shows_the_best_run_first_and_all_its_columns_on_a_usual_screen(tmp_path):
    subprocess.run(
        [sys.executable, "-c", "from pipeline.records.journal import Journal; Journal('begun')"],
        cwd=REPOSITORY,
        env=os.environ | {"DVC_ROOT": str(tmp_path)},
        check=True,
    )
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    begin(uri, "student 0123456", 0.71)
    begin(uri, "mobilenet 0123456", 0.63)
    with served(uri) as (_, lines, _), opened(re.search(r"http\S+", lines[1])[0]) as page:
        assert too_wide(page) == 0
        names = page.locator(".ag-row a[href*='/runs/']").all_inner_texts()
        assert names == ["student 0123456", "mobilenet 0123456", "begun"]
        titles = page.locator(".ag-header-cell").all_inner_texts()
        assert {title for title in titles if "/" in title} == set(FIGURES)
        page.locator("label:has(input[value=CHART])").click()
        curves = page.locator(".scatterlayer .trace path.js-line")
        curves.nth(3).wait_for(state="attached")  # accuracy and loss of both


def test_importing_the_journal_sets_nothing():
    code = (
        "import os; before = dict(os.environ); import pipeline.records.journal;"
        "assert dict(os.environ) == before"
    )
    subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, check=True)
