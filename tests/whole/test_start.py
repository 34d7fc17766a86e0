"""The beginning of README.md, in a fresh clone: from nothing to the page, by make and by hand."""

import os
import re
import shutil
import signal
import subprocess
from contextlib import contextmanager

import httpx
import pytest

from fer_system import DEFAULT_MODEL
from tests.workspace import Workspace

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A fresh clone, in which nothing is installed."""
    workspace = Workspace(tmp_path_factory.mktemp("start") / "clone", rows=21)
    (workspace.root / "models").mkdir()
    shutil.copy(DEFAULT_MODEL, workspace.root / "models")
    return workspace


@contextmanager
def serving(clone, *command):
    """Run a command that serves the page, and all that it starts; gives the page's address."""
    process = subprocess.Popen(
        command,
        cwd=clone.root,
        env=clone.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        printed = ""
        for line in process.stdout:
            printed += line
            if found := re.match(r"The page is at (\S+)", line):
                break
        else:
            if re.search("No matching distribution|Could not fetch|Connection", printed):
                pytest.skip("pip cannot reach a registry, from which the page is installed")
            raise AssertionError(printed)
        yield found[1]
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.communicate()


@pytest.fixture(scope="module")
def installed(clone):
    """The clone after `make app`, which has served the page."""
    with serving(clone, "make", "app") as address:
        assert httpx.get(f"{address}healthz").json()["status"] == "ok"
    return clone


def test_make_app_installs_and_serves_the_page(documented, installed):
    targets = {
        name for block in documented for name in re.findall(r"^make ([\w-]+)", block.code, re.M)
    }
    assert {"app", "sample", "check", "test"} <= targets
    assert "YuNet" in installed.start("make", "doctor").communicate()[0]
    for target in targets:
        assert installed.run("make", "-n", target)


def test_the_same_by_hand(documented, installed):
    [block] = documented
    environment, packages, page = block.code.splitlines()
    assert page.startswith("python app.py ")
    script = "\n".join([environment, packages, f"exec {page}"])
    with serving(installed, "bash", "-ec", script) as address:
        assert "FER System" in httpx.get(address).text
