"""By hand: MLflow's page on the runs, at http://localhost:5000.

`python -m pipeline.mlflow`. Where a server keeps the runs, it tells where that server's page is.
"""

from __future__ import annotations

import os
import sys

from pipeline.foundation.errors import run
from pipeline.records.journal import runs_address, tracking_uri

PAGE = "http://localhost:5000"


def main() -> None:
    """Print the page's address; become MLflow's server where the journal is a file."""
    uri = tracking_uri()
    is_server = uri.startswith("http")
    print(f"The runs: {runs_address(uri if is_server else PAGE)}", flush=True)
    if not is_server:
        command = ["-m", "mlflow", "ui", "--backend-store-uri", uri]
        os.execv(sys.executable, [sys.executable, *command])


if __name__ == "__main__":
    run(main)
