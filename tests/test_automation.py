"""What runs on its own (workflows, Git's hooks, the development container) calls make's targets."""

import json
import re
import subprocess

import pytest
from ruamel.yaml import YAML

from pipeline import doctor
from tests.workspace import REPOSITORY


def read_yaml(path):
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


WORKFLOWS = {path.name: read_yaml(path) for path in (REPOSITORY / ".github").rglob("*.yml")}
HOOKS = read_yaml(REPOSITORY / ".pre-commit-config.yaml")
CONTAINER = json.loads((REPOSITORY / ".devcontainer" / "devcontainer.json").read_text("utf-8"))


def steps():
    """Every step of every job of every workflow."""
    jobs = [job for workflow in WORKFLOWS.values() for job in workflow["jobs"].values()]
    assert jobs
    return [step for job in jobs for step in job["steps"]]


def hooks():
    return [hook for repository in HOOKS["repos"] for hook in repository["hooks"]]


def commands():
    """Everything that any of them runs."""
    ours = [step["run"] for step in steps() if "run" in step]
    ours += [hook["entry"] for hook in hooks()]
    ours += [text for key, text in CONTAINER.items() if key.endswith("Command")]
    return [line.removeprefix("sudo ") for text in ours for line in text.splitlines()]


def test_they_call_targets_of_make_and_tools_that_make_lint_calls_too():
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    for command in commands():
        program, *arguments = command.split()
        if program == "make":
            made = subprocess.run(
                ["make", "-n", *arguments], cwd=REPOSITORY, capture_output=True, text=True
            )
            assert made.returncode == 0, made.stderr
        else:
            tool = command.replace(".venv/bin/", "$(BIN)/").replace(" --force-exclude", "")
            assert f"\t{tool} .\n" in makefile, command


def test_workflows_may_read_alone_and_end_for_a_newer_commit():
    for name, workflow in WORKFLOWS.items():
        assert workflow["permissions"] == {"contents": "read"}, name
        assert workflow["concurrency"]["cancel-in-progress"] is True, name
        for job in workflow["jobs"].values():
            assert "permissions" not in job, name
            assert job["timeout-minutes"] <= 240, name


def test_actions_are_githubs_own_and_named_by_their_major_version():
    used = [step["uses"] for step in steps() if "uses" in step]
    assert used
    for action in used:
        assert re.fullmatch(r"actions/[a-z-]+@v\d+", action), action


def test_the_quick_tests_run_on_the_oldest_and_the_newest_python():
    [quick] = [
        job for flow in WORKFLOWS.values() for key, job in flow["jobs"].items() if key == "quick"
    ]
    versions = [f"{major}.{minor}" for major, minor in (doctor.OLDEST, doctor.NEWEST)]
    assert quick["strategy"]["matrix"]["python"] == versions
    project = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    assert f'requires-python = ">={versions[0]},<3.{doctor.NEWEST[1] + 1}"' in project


@pytest.mark.parametrize("port", [doctor.PAGE_PORT, doctor.RUNS_PORT])
def test_the_container_passes_on_the_ports_of_the_page_and_of_the_runs(port):
    assert port in CONTAINER["forwardPorts"]
    assert str(port) in CONTAINER["portsAttributes"]
