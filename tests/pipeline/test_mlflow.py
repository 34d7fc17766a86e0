"""MLflow's page is told of in a line, and a store that does not answer in another."""

import os
import subprocess
import sys

from pipeline.foundation.params import REPOSITORY


def test_a_store_that_does_not_answer_is_one_sentence():
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.mlflow"],
        cwd=REPOSITORY,
        env=os.environ | {"MLFLOW_TRACKING_URI": "http://127.0.0.1:9"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("mlflow: MLflow cannot read the runs at http://")
    assert "Traceback" not in done.stderr


def test_importing_the_journal_sets_nothing():
    code = (
        "import os; before = dict(os.environ); import pipeline.records.journal;"
        "assert dict(os.environ) == before"
    )
    subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, check=True)
