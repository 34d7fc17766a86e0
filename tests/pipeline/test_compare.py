"""The table of all models: from the committed reports, and from runs in a real store."""

import os
import re
import subprocess
import sys

import mlflow
import pytest

from pipeline.foundation.params import REPOSITORY, load_params
from pipeline.records.card import read_champion
from pipeline.records.comparison import compared, ranked, table
from pipeline.records.reports import read_report

TERMINAL = 80


def test_the_table_fits_a_terminal_and_has_the_champion_first_with_its_interval():
    params = load_params()
    lines = compared(params).splitlines()
    assert max(map(len, lines)) < TERMINAL
    titles, *models = [re.split(r" {2,}", line) for line in lines[: 1 + len(params.trained)]]
    assert {name.split()[0] for name, *_ in models} == set(params.trained)
    champion = dict(zip(titles, models[0], strict=True))
    card = read_champion()
    assert champion["model"] == f"{card['model']} *"
    assert champion["validation"] == f"{card['figures']['validation']['accuracy']:.2%}"
    assert champion["test"] == f"{card['figures']['test']['accuracy']:.2%}"
    low, high = (card["test_intervals_95"]["accuracy"][end] for end in ("low", "high"))
    assert champion["interval"] == f"{100 * low:.1f}-{100 * high:.1f}"
    cost = read_report(card["model"], "cost")
    assert champion["params"] == f"{cost['parameters'] / 1e6:.2f} M"
    assert "the champion" in lines[-1]


def test_the_order_is_that_by_which_the_champion_is_chosen():
    rows = [
        ("a", {"best/val/accuracy": 0.5, "best/val/loss": 1.0}),
        ("b", {"best/val/accuracy": 0.6, "best/val/loss": 2.0}),
    ]
    assert [name for name, _ in ranked(rows, "accuracy")] == ["b", "a"]
    assert [name for name, _ in ranked(rows, "loss")] == ["a", "b"]


def test_what_is_not_known_of_a_model_is_left_empty_and_of_none_left_out():
    rows = [("a", {"test/accuracy": 0.5}), ("b", {"best/val/accuracy": 0.5})]
    assert table(rows).splitlines() == [
        "model  validation    test",
        "a                  50.00%",
        "b          50.00%",
    ]


def compare(uri, *flags):
    """The command, with MLflow's store at `uri`; its exit code and all that it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.compare", *flags],
        cwd=REPOSITORY,
        env=os.environ | {"MLFLOW_TRACKING_URI": uri},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def test_from_reports_it_asks_no_store():
    assert compare("http://127.0.0.1:9") == (0, compared(load_params()) + "\n")


@pytest.mark.slow
def test_runs_are_compared_too_and_those_without_figures_left_out(tmp_path):
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    code, told = compare(uri, "--runs")
    assert code == 1
    assert re.fullmatch(r"compare: there are no runs at \S+ yet; .*\n", told)
    client = mlflow.MlflowClient(uri)
    experiment = client.create_experiment("fer")

    def train(name, accuracy):
        run_id = client.create_run(experiment, run_name=name).info.run_id
        for figure in ("best/val/accuracy", "test/accuracy"):
            if accuracy:
                client.log_metric(run_id, figure, accuracy)

    train("unfinished", None)
    code, told = compare(uri, "--runs")
    assert code == 1
    assert told == "compare: no run in MLflow has been measured yet; `dvc repro` measures them\n"
    for number in range(31):
        train("small", 0.5 + number / 100)
    code, told = compare(uri, "--runs")
    assert code == 0
    lines = told.splitlines()
    assert re.fullmatch(r"small +80\.00% +80\.00%", lines[1])
    assert re.fullmatch(r"small +51\.00% +51\.00%", lines[30])
    assert lines[-1].startswith("1 more ")
