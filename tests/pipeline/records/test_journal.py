"""The journal on real stores: what is left of killed processes, and stores that fail."""

import os
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager

import mlflow
import pytest

from pipeline.foundation.params import REPOSITORY
from pipeline.records.journal import STUDY, Journal
from pipeline.records.run_description import SIGNATURE

BEGIN = """
import sys
from pipeline.records.journal import Journal
journal = Journal("training", sys.argv[1])
print(journal.run_id, flush=True)
if sys.stdin.readline():
    journal.finish()
"""

AT_ONCE = """
import sys
from mlflow import MlflowClient
from pipeline.records.journal import Journal
print("ready", flush=True)
sys.stdin.readline()
print(Journal("training").run_id)
"""

TWO_TRAININGS = """
from pipeline.records.journal import Journal
for name in "cnn", "vgg":
    journal = Journal(name)
    journal.log_params({"network": {"name": "cnn"}, "epochs": 2, "patience": 2})
    for epoch in 1, 2:
        journal.log_metrics({"loss": 0.5}, epoch)
    journal.finish()
    print(journal.open, repr(journal.run_id))
"""


@pytest.fixture
def environment(tmp_path):
    """That of a clone of its own."""
    own = {name: text for name, text in os.environ.items() if not name.startswith("MLFLOW_")}
    return own | {"DVC_ROOT": str(tmp_path)}


@contextmanager
def training(environment, run_id=""):
    """A process that writes a run until it is told to finish, or killed; and the run's id."""
    process = subprocess.Popen(
        [sys.executable, "-c", BEGIN, run_id],
        cwd=REPOSITORY,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


def test_a_run_is_closed_when_its_process_was_killed_and_not_before(environment, tmp_path):
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"

    def status(run_id):
        return mlflow.MlflowClient(uri).get_run(run_id).info.status

    with training(environment) as (killed, first):
        with training(environment) as (finished, second):
            assert first != second
            assert (status(first), status(second)) == ("RUNNING", "RUNNING")
            finished.communicate("finish\n")
            assert status(second) == "FINISHED"
        killed.kill()
        killed.wait()
        assert status(first) == "RUNNING"
    with training(environment):
        assert (status(first), status(second)) == ("KILLED", "FINISHED")
    with training(environment, first) as (resumed, again):
        assert (again, status(first)) == (first, "RUNNING")
        resumed.communicate("finish\n")
        assert status(first) == "FINISHED"
    assert not list((tmp_path / "mlartifacts" / "open").iterdir())


def test_trainings_that_begin_at_once_in_a_new_store_each_get_a_run(environment):
    started = [
        subprocess.Popen(
            [sys.executable, "-c", AT_ONCE],
            cwd=REPOSITORY,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in started:
        assert process.stdout.readline() == "ready\n"
    for process in started:
        process.stdin.write("go\n")
        process.stdin.flush()
    runs, warned = zip(*(process.communicate() for process in started), strict=True)
    assert "MLflow does not answer" not in "".join(warned)
    assert len({run.strip() for run in runs} - {""}) == len(started)


@pytest.fixture
def store(monkeypatch, tmp_path):
    """A client of the store of a clone of its own, whose journal this process writes."""
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    yield mlflow.MlflowClient(uri, uri)
    mlflow.set_tracking_uri(None)


def test_the_record_of_a_training_lasts_as_long_as_its_epochs_took(store):
    history = [{"epoch": epoch, "loss": 1.0, "seconds": 90.0} for epoch in (1, 2)]
    for _ in range(2):
        journal = Journal("vgg", tags={"git_commit": "a" * 40}, origin="1", seconds=180)
        journal.log_history(history)
        journal.finish()
        assert journal.open
    run = store.get_run(journal.run_id)
    assert run.info.end_time - run.info.start_time == 180_000
    assert run.data.tags["mlflow.source.git.commit"] == "a" * 40
    points = store.get_metric_history(journal.run_id, "train/loss")
    assert [point.step for point in points] == [1, 2], "told twice"
    assert points[0].timestamp - run.info.start_time == 90_000
    experiment = store.get_experiment(run.info.experiment_id)
    assert experiment.tags["mlflow.experimentKind"] == "custom_model_development"


def test_runs_of_a_study_stand_under_one_and_a_persons_note_stays(store):
    journals = [Journal(name, tags={STUDY: "rates"}, origin=name) for name in ("a", "b")]
    parents = {store.get_run(it.run_id).data.tags["mlflow.parentRunId"] for it in journals}
    [parent] = parents
    for journal in journals:
        journal.describe_study(lambda runs: f"{len(runs)} runs\n{SIGNATURE}")
    assert store.get_run(parent).data.tags["mlflow.note.content"].startswith("2 runs")
    store.set_tag(parent, "mlflow.note.content", "my words")
    journals[0].describe_study(lambda _: SIGNATURE)
    assert store.get_run(parent).data.tags["mlflow.note.content"] == "my words"
    assert all(journal.open for journal in journals)


def test_a_run_that_somebody_deleted_is_begun_anew_and_hinders_no_other(store, tmp_path):
    deleted = Journal("vgg", tags={"data_hash": "ab" * 32}, origin="1")
    deleted.finish()
    store.delete_run(deleted.run_id)
    (tmp_path / "mlartifacts" / "open" / deleted.run_id).touch()  # as a killed process leaves it
    again = Journal("vgg", deleted.run_id, {"data_hash": "ab" * 32}, origin="1")
    assert again.open
    assert again.run_id != deleted.run_id


def test_epochs_that_the_store_missed_are_told_of_afterwards(store):
    history = [{"epoch": epoch, "loss": 1.0, "seconds": 90.0} for epoch in (1, 2, 3)]
    journal = Journal("vgg")
    journal.log_metrics(history[0], 1)
    journal.log_history(history)
    points = store.get_metric_history(journal.run_id, "train/loss")
    assert [point.step for point in points] == [1, 2, 3]
    journal.finish()


def test_a_journal_that_closes_watches_the_machine_no_more(store):
    journal = Journal("vgg")
    journal.log_metrics({"loss": 1.0, "seconds": 1.0}, 1)
    watches = [it for it in threading.enumerate() if it.name == "SystemMetricsMonitor"]
    assert watches
    store.delete_run(journal.run_id)
    with pytest.warns(UserWarning, match="going on without it"):
        journal.log_metrics({"loss": 1.0, "seconds": 1.0}, 2)
    assert not any(watch.is_alive() for watch in watches)


def test_no_warning_tells_a_servers_password(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://me:secret@127.0.0.1:9")
    with pytest.warns(UserWarning, match="going on without it") as warned:
        Journal("vgg")
    assert "secret" not in str(warned[0].message)


def two_trainings(environment, uri):
    """What a process says that writes two runs, one after the other."""
    return subprocess.run(
        [sys.executable, "-c", TWO_TRAININGS],
        cwd=REPOSITORY,
        env=environment | {"MLFLOW_TRACKING_URI": uri},
        capture_output=True,
        text=True,
        check=True,
    )


def test_a_store_that_cannot_be_used_costs_one_warning(subtests, environment, tmp_path):
    assert "True" in two_trainings(environment, f"sqlite:///{tmp_path / 'whole.db'}").stdout
    (tmp_path / "folder.db").mkdir()
    (tmp_path / "garbage.db").write_bytes(b"garbage" * 10_000)
    for uri in (
        f"sqlite:///{tmp_path / 'folder.db'}",
        f"sqlite:///{tmp_path / 'garbage.db'}",
        f"sqlite:///file:{tmp_path / 'whole.db'}?mode=ro&uri=true",
        "postgresql+psycopg://mlflow@127.0.0.1:9/mlflow",
    ):
        with subtests.test(uri=uri):
            ended = two_trainings(environment, uri)
            assert ended.stdout == "False ''\n" * 2
            assert ended.stderr.count("MLflow does not answer, going on without it") == 1
            assert "retried" not in ended.stderr, "minutes are lost"
            assert "Traceback" not in ended.stderr


def test_a_server_that_says_nothing_is_asked_once(monkeypatch):
    asked = []

    def take(server):
        while True:
            try:
                asked.append(server.accept())
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=take, args=[server], daemon=True).start()
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{server.getsockname()[1]}")
        with pytest.warns(UserWarning, match="no answer from http://127") as warned:
            journals = [Journal(name) for name in ("cnn", "vgg")]
        assert not any(journal.open for journal in journals)
        server.shutdown(socket.SHUT_RDWR)
    assert len(asked) == len(warned) == 1
