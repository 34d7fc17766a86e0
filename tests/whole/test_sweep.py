"""Two values in DVC's queue, and two workers that try them at once, as docs/mlflow.md has it."""

import json
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import mlflow
import psutil
import pytest

from tests.workspace import BIN, Workspace

RATES = (0.0001, 0.003)
SECONDS = 900
"""Longer than two small trainings take on a busy machine."""


@pytest.fixture
def workspace(tmp_path):
    """A workspace whose workers are gone at the end, with all that they were running."""
    workspace = Workspace(tmp_path / "clone")
    workspace.as_if_installed()
    yield workspace
    while left := processes(workspace):  # `dvc queue stop --kill` would leave the trainings
        for process in left:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(left)


def processes(workspace):
    """What runs in the workspace: DVC's workers and all that they started."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):  # it has just ended, or is another user's
            if Path(process.cwd()).is_relative_to(workspace.root.resolve()):
                found.append(process)
    return found


SMALLER = {
    "make experiments": f"make experiments {BIN}",
    "small": "cnn",
    "data/sample": "data/fer2013.csv",
    "epochs=15": "epochs=2",
    "0.001,0.003,0.01,0.03": ",".join(map(str, RATES)),
}
"""What the test has in place of the document's words, in this order."""


def typed(workspace, line, **names):
    """Run a line of the document; gives what it printed."""
    return workspace.run("bash", "-ec", smaller(line, names))


def smaller(line, names):
    for was, becomes in (SMALLER | names).items():
        line = line.replace(was, becomes)
    return line


def start(workspace, line, number):
    """Start workers until there are `number`, and wait until all have work."""
    # Not by `run`: workers keep its pipe open.
    subprocess.run(
        ["bash", "-ec", line],
        cwd=workspace.root,
        env=workspace.environment,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    wait_until(lambda: f"{number} active" in workspace.run("dvc", "queue", "status"))


def devices(workspace):
    """Of each experiment that runs a stage at present: the device that this stage sees."""
    found = {}
    for process in processes(workspace):
        with suppress(psutil.Error):  # it has just ended
            variables = process.environ()
            if "DVC_EXP_NAME" in variables:
                found[variables["DVC_EXP_NAME"]] = variables["CUDA_VISIBLE_DEVICES"]
    return found


def wait_until(is_so):
    """Return once `is_so()`; a failed assertion after SECONDS."""
    until = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < until, is_so


def test_two_workers_try_two_values_at_once_each_on_its_device(documented, workspace):
    def status():
        return workspace.run("dvc", "queue", "status")

    begin, look, compare, diff, take = documented
    values, more_values, first, _, second = begin.code.splitlines()
    typed(workspace, f"{values}\n{more_values}")
    start(workspace, first, 1)
    start(workspace, second, 2)
    wait_until(lambda: sorted(devices(workspace).values()) == ["0", "1"])
    names = set(devices(workspace))
    name, other = names
    assert look.commands[0] == "dvc queue status"
    assert typed(workspace, look.commands[1], **{"cured-tyke": name})
    wait_until(lambda: status().count("Success") + status().count("Failed") == len(RATES))

    shown = json.loads(workspace.run("dvc", "exp", "show", "--json"))
    [baseline] = [it for it in shown if it["experiments"]]
    found = {it["name"]: it["revs"][0]["data"] for it in baseline["experiments"]}
    assert set(found) == names
    rates = {
        name: data["params"]["params.yaml"]["data"]["train"]["cnn"]["learning_rate"]
        for name, data in found.items()
    }
    assert sorted(rates.values()) == sorted(RATES)
    table = typed(workspace, compare.code)
    assert all(f"[{name}]" in table and str(rate) in table for name, rate in rates.items())
    for command in diff.commands:
        printed = typed(workspace, command, **{"noted-lots": name, "wroth-lama": other})
        assert "reports/metrics/cnn.json" in printed or "index.html" in printed

    uri = f"sqlite:///{workspace.root / 'mlflow.db'}"
    store = mlflow.MlflowClient(tracking_uri=uri, registry_uri=uri)
    found_runs = store.search_runs([store.get_experiment_by_name("fer").experiment_id])
    [study] = [run for run in found_runs if "model" not in run.data.tags]
    runs = [run for run in found_runs if "model" in run.data.tags]
    assert {run.data.tags["mlflow.parentRunId"] for run in runs} == {study.info.run_id}
    for run in runs:
        assert f"| {run.info.run_name}" in study.data.tags["mlflow.note.content"]
    told = {run.info.run_name: (run.info.status, run.data.params["learning_rate"]) for run in runs}
    assert told == {f"cnn {name}": ("FINISHED", str(rate)) for name, rate in rates.items()}
    for run in runs:
        metrics = found[run.info.run_name.removeprefix("cnn ")]["metrics"]
        figures = metrics["reports/metrics/cnn.json"]["data"]
        assert run.data.metrics["best/val/accuracy"] == round(figures["val/accuracy"], 4)

    assert not store.get_registered_model("fer").aliases, "an experiment took the champion's place"
    taken = min(rates, key=rates.get)
    typed(workspace, take.code, **{"wroth-lama": taken})
    assert "rate-003" in workspace.run("git", "branch")
    champion = store.get_model_version_by_alias("fer", "champion").run_id
    assert store.get_run(champion).info.run_name == f"cnn {taken}"
