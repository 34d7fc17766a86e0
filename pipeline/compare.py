"""By hand: the table of all models on the screen, from reports/.

`python -m pipeline.compare` needs neither data nor TensorFlow. With `--runs` it is the table of the
runs in MLflow, experiments and studies among them, the best on the validation faces first.
"""

from __future__ import annotations

import argparse

from pipeline.foundation.errors import PipelineError, run
from pipeline.foundation.params import load_params
from pipeline.records.comparison import chooses, compared, legend, ranked, table
from pipeline.records.journal import read_runs

MOST = 30
"""Runs that the table has room for."""


def of_runs(metric: str) -> str:
    """The table of the best runs by `metric`; PipelineError where none was measured."""
    rows = [(name, figures) for name, figures in read_runs() if chooses(metric) in figures]
    if not rows:
        raise PipelineError("no run in MLflow has been measured yet; `dvc repro` measures them")
    left = len(rows) - MOST
    more = [f"{left} more are on MLflow's page: `make mlflow`"] if left > 0 else []
    return "\n".join([table(ranked(rows, metric)[:MOST]), legend(metric), *more])


def main() -> None:
    """Print the table that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", action="store_true", help="the runs in MLflow, not the reports")
    flags, params = parser.parse_args(), load_params()
    print(of_runs(params.promote.metric) if flags.runs else compared(params))


if __name__ == "__main__":
    run(main)
