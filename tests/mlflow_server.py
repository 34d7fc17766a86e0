"""An MLflow server as a team runs it: PostgreSQL for the runs, a folder for the files."""

import os
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

SECONDS_TO_START = 120


def programs():
    """The folder of PostgreSQL's programs; skips the test where there is none."""
    found = shutil.which("initdb")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    places = [Path(found).resolve().parent] if found else debian
    if not places:
        pytest.skip("no PostgreSQL: install the postgresql package")
    return places[-1]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def postgres():
    """A database of its own, gone at the end; gives its address for SQLAlchemy."""
    # PostgreSQL refuses to run as root, and pytest's folders let nobody else in.
    as_user, place = ({"user": "nobody"}, "/tmp") if os.geteuid() == 0 else ({}, None)
    port, bin_folder = free_port(), programs()
    with tempfile.TemporaryDirectory(dir=place) as folder:
        os.chmod(folder, 0o777)  # noqa: PTH101
        options = {"check": True, "stdout": subprocess.DEVNULL, "cwd": folder, **as_user}
        database, log = Path(folder) / "database", Path(folder) / "log"
        control = [bin_folder / "pg_ctl", "-D", database, "-w"]
        create = [bin_folder / "initdb", "-D", database, "-U", "mlflow", "-A", "trust"]
        subprocess.run(create, **options)
        settings = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        subprocess.run([*control, "-o", settings, "-l", log, "start"], **options)
        try:
            yield f"postgresql+psycopg://mlflow@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run([*control, "-m", "fast", "stop"], **options)


@contextmanager
def mlflow_server(folder, line):
    """Serve MLflow on such a database, its files and its log in `folder`; gives its address.

    `line` is the command of docs/mlflow.md.
    """
    with postgres() as database, (folder / "server.log").open("w") as log:
        address = f"http://127.0.0.1:{free_port()}"
        program, *words = shlex.split(line)
        named = {
            "postgresql+psycopg://mlflow:secret@localhost/mlflow": database,
            "/srv/mlflow": str(folder / "files"),
        }
        assert program == "mlflow"
        assert named.keys() <= {*words}
        command = [sys.executable, "-m", "mlflow", *(named.get(word, word) for word in words)]
        process = subprocess.Popen(
            [*command, "--workers", "1", "--port", address.rpartition(":")[2]],
            stdout=log,
            stderr=log,
            env=os.environ | {"MLFLOW_DISABLE_TELEMETRY": "true"},
        )
        try:
            wait_for(f"{address}/health", process)
            yield address
        finally:
            process.terminate()
            process.wait(timeout=60)


def wait_for(address, process):
    """Return once `address` answers; RuntimeError where the server ended or is too slow."""
    until = time.monotonic() + SECONDS_TO_START
    while process.poll() is None and time.monotonic() < until:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.5)
        else:
            return
    raise RuntimeError("MLflow's server did not start")
