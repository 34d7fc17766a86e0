"""`make doctor` names what is missing and how to mend it, before anything is installed."""

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from drawings.sample import write_sample
from fer_system.detector import YUNET, YUNET_FILE
from pipeline import doctor
from pipeline.doctor import HINT, MISSING, OK
from pipeline.foundation.params import REPOSITORY, load_params
from tests.browsing import BROWSERS

LISTS = ("requirements-app.txt", "requirements.txt", "constraints.txt")
CODE = (
    "pipeline/__init__.py",
    "pipeline/doctor.py",
    "pipeline/foundation/__init__.py",
    "pipeline/foundation/errors.py",
    "pipeline/records/__init__.py",
    "pipeline/records/durations.py",
    "pipeline/records/files.py",
    "pipeline/records/machine.py",
    "pipeline/records/stale.py",
)
NO_COMMANDS = ("--port", "--share", "precision: float32", "models: [cnn, vgg]")
"""What the doctor quotes that is not to be typed."""


@pytest.fixture
def clone(tmp_path):
    """As much of a fresh clone as the doctor looks at."""
    for name in (*CODE, *LISTS, "requirements-verify.txt", "params.yaml", "Makefile"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / name, tmp_path / name)
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    return tmp_path


def examined(clone, python=(sys.executable, "-S"), **variables):
    """Exit code, findings by subject and last line of the doctor.

    Unless told otherwise, it is run by a Python that sees no installed package.
    """
    done = subprocess.run(
        [*map(str, python), "-m", "pipeline.doctor"],
        cwd=clone,
        env=os.environ | {"COLUMNS": "1000", "KERAS_HOME": str(clone)} | variables,
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    *lines, blank, end = done.stdout.splitlines()
    assert blank == ""
    told = {line[8:18].strip(): (line[:8].strip(), line[18:]) for line in lines}
    for _, text in told.values():
        check_commands(text, clone)
    return done.returncode, told, end


def check_commands(text, clone):
    """What a finding says to type can work there, one thing after the other."""
    is_made = False
    for quoted in set(re.findall(r"`([^`]*)`", text)) - {*NO_COMMANDS}:
        for command in quoted.split(" && "):
            words = [word for word in shlex.split(command) if not re.match(r"\w+=\w+$", word)]
            program, *rest = words[1:] if words[0] == "sudo" else words
            if program == "make":
                subprocess.run(["make", "-n", *rest], cwd=clone, check=True, capture_output=True)
                is_made = True
            elif program == "rm":
                assert (clone / rest[-1]).is_dir(), command
            elif "pip" in rest:
                pip = words[: words.index("install")]
                subprocess.run([*pip, "--version"], cwd=clone, check=True, capture_output=True)
                assert (clone / rest[-1]).is_file(), command
            elif program.startswith(".venv/"):
                assert is_made or (clone / program).exists(), command
            else:
                assert shutil.which(program), command


def environment(folder, *flags):
    """An environment made by Python's own module, with one of the page's packages; its Python."""
    subprocess.run([sys.executable, "-m", "venv", *flags, folder], check=True)
    (packages,) = folder.glob("[Ll]ib/**/site-packages")
    install(packages, "numpy", "2.2.6")
    return folder / doctor.BIN.partition("/")[2] / "python"


def install(folder, name, version):
    """Put there what tells that a package is installed."""
    (folder / f"{name}-{version}.dist-info").mkdir(parents=True)
    text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    (folder / f"{name}-{version}.dist-info" / "METADATA").write_text(text)


def test_on_a_fresh_clone_nothing_is_missing_and_the_rest_is_told(clone):
    code, told, end = examined(clone)
    assert (code, end) == (0, "All that is needed is here.")
    assert [told[subject][0] for subject in ("Python", "venv", "make", "Git")] == [OK] * 4
    for subject, mend in (
        ("packages", "none yet; `make app`"),
        ("YuNet", "`make detector` at once"),
        ("dataset", "download fer2013.csv from https://www.kaggle.com/"),
        ("MobileNet", "mobilenet_1_0_224_tf_no_top.h5"),
    ):
        status, text = told[subject]
        assert status == HINT
        assert mend in text


def test_packages_beside_the_systems_python_are_not_taken_for_the_projects(clone, tmp_path):
    install(tmp_path / "system", "numpy", "1.26.4")
    _, told, _ = examined(clone, PYTHONPATH=str(tmp_path / "system"))
    assert told["packages"][0] == HINT
    assert "none yet; `make app`" in told["packages"][1]


def test_an_environment_of_your_own_is_mended_by_its_own_pip_if_it_has_one(clone, tmp_path):
    own = environment(tmp_path / "own")
    code, told, end = examined(clone, [own])
    assert (code, end, told["packages"][0]) == (1, "1 missing.", MISSING)
    assert (
        f"`{own} -m pip install -c constraints.txt -r requirements-app.txt`"
        in (told["packages"][1])
    )
    shutil.rmtree(next((tmp_path / "own").glob("[Ll]ib/**/site-packages/pip")))
    _, told, _ = examined(clone, [own])
    assert told["packages"][1].endswith("missing: `make -B .venv/app`")


def test_a_python_in_a_folder_with_a_space_in_its_name_is_quoted(clone, tmp_path):
    own = environment(tmp_path / "my own")
    _, told, _ = examined(clone, [own])
    assert f'`"{own}" -m pip install ' in told["packages"][1]


def test_an_environment_that_lacks_packages_or_pip_is_made_again(clone):
    environment(clone / ".venv", "--without-pip")
    code, told, _ = examined(clone)
    assert (code, told["packages"][0]) == (1, MISSING)
    assert told["packages"][1].endswith("missing: `make -B .venv/app`")


@pytest.mark.skipif(os.name == "nt", reason="there an environment has programs, not links")
def test_an_environment_whose_python_is_gone_or_that_was_moved_is_removed(clone):
    python = environment(clone / ".venv", "--without-pip")
    pip = python.with_name("pip")
    pip.write_text(f"#!{clone / 'elsewhere' / '.venv' / 'bin' / 'python'}\n")
    moved = examined(clone)[1]["packages"]
    pip.write_text(f"#!{python}\n")
    whole = examined(clone)[1]["packages"]
    for path in python.parent.glob("python*"):
        path.unlink()
        path.symlink_to(clone / "gone" / "python")
    gone = examined(clone)[1]["packages"]
    assert moved == gone
    assert moved[0] == MISSING
    assert moved[1].endswith("`rm -r .venv`, then `make app`")
    assert "rm" not in whole[1]


def test_the_python_of_the_environment_counts_where_there_is_one(clone):
    assert doctor.made_by(clone) is None
    environment(clone / ".venv", "--without-pip")
    assert doctor.made_by(clone) == sys.version_info[:2]
    (clone / ".venv" / "pyvenv.cfg").write_text("home = /usr/bin\nversion_info = 3.9.19\n")
    assert doctor.made_by(clone) == (3, 9)
    status, text = examined(clone)[1]["Python"]
    assert status == MISSING
    assert "first `rm -r .venv`; " in text  # or PYTHON= would change nothing


def test_it_ends_with_1_where_something_needed_is_missing_and_make_says_nothing(clone):
    (clone / "data").mkdir()
    (clone / "data" / "fer2013.csv").write_text("<!DOCTYPE html>\n")
    code, told, end = examined(clone)
    assert (code, end, told["dataset"][0]) == (1, "1 missing.", MISSING)
    made = make_doctor(clone, sys.executable)
    assert made.stdout.splitlines()[-1] == "1 missing."


def make_doctor(clone, python):
    made = subprocess.run(
        ["make", "doctor", f"PYTHON={python}"], cwd=clone, capture_output=True, text=True
    )
    assert (made.returncode, made.stderr) == (0, "")
    return made


def test_without_a_python_make_says_what_to_install(clone):
    told = make_doctor(clone, "no-such-python").stdout
    assert told.startswith("no-such-python is no Python from 3.8 on. Install one of 3.10 to 3.13")


def test_a_folder_that_is_no_clone_becomes_one(clone):
    shutil.rmtree(clone / ".git")
    status, text = examined(clone)[1]["Git"]
    assert status == HINT
    assert "DVC does not: `git init && git add -A && git commit -m downloaded`" in text


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """A folder that is all there is to find programs in."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))

    def put(name, script=""):
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "bin" / name).chmod(0o755)

    return put


def test_what_only_root_may_do_is_told_as_each_user_can_do_it(bare, monkeypatch):
    bare("apt-get")
    told = []
    for user in (0, 1000):
        monkeypatch.setattr(os, "geteuid", lambda user=user: user, raising=False)
        told.append(doctor.installing("git"))
    bare("sudo")
    told.append(doctor.installing("git"))
    assert told == [
        "`apt-get install git`",
        "as root `apt-get install git`",
        "`sudo apt-get install git`",
    ]


def test_apt_is_named_only_where_it_is(bare, tmp_path):
    missing = (doctor.make(), doctor.git(tmp_path), doctor.tools(tmp_path))
    assert [finding.status for finding in missing] == [HINT, MISSING, HINT]
    assert not any("apt-get" in finding.text for finding in missing)
    bare("apt-get")
    told = doctor.make().text + doctor.git(tmp_path).text
    assert "`apt-get install make`" in told
    assert "`apt-get install git`" in told
    assert re.search(r"`make (balancer )?browser fonts`$", doctor.tools(tmp_path).text)
    bare("sudo")
    prefix = "" if os.geteuid() == 0 else "sudo "
    assert f"`{prefix}apt-get install git`" in doctor.git(tmp_path).text


def test_where_debian_left_out_half_of_venv_its_package_is_named(bare, monkeypatch):
    monkeypatch.setitem(sys.modules, "ensurepip", None)  # as if it were not there
    bare("apt-get")
    finding = doctor.venv(is_made=False)
    assert finding.status == MISSING
    assert f"apt-get install python3.{sys.version_info[1]}-venv`" in finding.text
    assert doctor.venv(is_made=True).status == OK


def test_what_tests_need_is_looked_for_as_they_do(bare, tmp_path):
    assert doctor.TOOLS["browser"]["Chromium"] == BROWSERS
    for name in ("google-chrome", "firefox", "nginx"):
        bare(name)
    (tmp_path / "NotoSansCJK-Regular.ttc").touch()
    assert doctor.tools(tmp_path).status == OK


def test_a_gpu_is_told_with_the_library_that_would_train_on_it(bare, tmp_path):
    assert doctor.gpu({}, tmp_path).status == OK
    bare("nvidia-smi", "echo 'NVIDIA H200, 143771 MiB'")
    none = doctor.gpu({"jax": "0.6.2", "tensorflow": "2.20.0"}, tmp_path)
    assert none.status == HINT
    assert none.text.startswith("NVIDIA H200, 143771 MiB: neither JAX nor TensorFlow")
    assert "`make .venv/all`, then `.venv/bin/pip install -c constraints.txt 'jax" in none.text
    for package, library in (("jax-cuda12-plugin", "JAX"), ("nvidia-cudnn-cu12", "TensorFlow")):
        found = doctor.gpu({"tensorflow": "2.20.0", package: "1"}, tmp_path)
        assert found.status == OK
        assert f"{library} trains on it" in found.text
    bare("nvidia-smi", "echo 'Failed to initialize NVML'; exit 18")
    assert doctor.gpu({}, tmp_path).text.endswith("on the processor: Failed to initialize NVML")


def test_the_python_that_is_here_as_well_is_named(bare):
    assert "install one" in doctor.python((3, 14)).text
    bare("python3.12", "exit 127")  # as pyenv's stand-ins do
    bare("python3.11")
    assert "`make doctor PYTHON=python3.11`" in doctor.python((3, 14)).text


def test_a_container_has_the_memory_that_it_is_given(tmp_path):
    (tmp_path / "memory.max").write_text("max\n")
    whole = doctor.memory(tmp_path / "memory.max")
    assert whole == doctor.memory(tmp_path / "missing")
    (tmp_path / "memory.max").write_text(f"{2 * 10**9}\n")
    assert doctor.memory(tmp_path / "memory.max").text.startswith("2.0 GB: enough for the page")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep cameras elsewhere")
def test_a_camera_is_told_where_it_may_be_opened(tmp_path):
    assert doctor.camera(tmp_path).text.startswith("none at this computer")
    (tmp_path / "video0").touch()
    assert doctor.camera(tmp_path).text.startswith(f"{tmp_path / 'video0'}; browsers open it")
    assert "localhost and by HTTPS" in doctor.camera(tmp_path).text


def test_the_time_of_all_trainings_is_the_sum_of_their_histories(clone):
    assert doctor.trained(clone) == load_params(clone / "params.yaml").trained
    assert "told after each model's first epoch" in doctor.training(clone).text
    for name, seconds in (("cnn", (40, 50)), ("vgg", (3600, 30))):
        folder = clone / "reports" / "models" / name
        folder.mkdir(parents=True)
        rows = "".join(f"{epoch},{second}\n" for epoch, second in enumerate(seconds, 1))
        (folder / "history.csv").write_text(f"epoch,seconds\n{rows}")
    total = (
        "all anew: 1 h 2 min (cnn 2 min, vgg 1 h 0 min), as on the machine that trained last; "
        "not yet mobilenet, student"
    )
    assert doctor.training(clone).text == total
    for name in (".dvc/config", "dvc.yaml", "dvc.lock"):
        (clone / name).parent.mkdir(exist_ok=True)
        shutil.copy(REPOSITORY / name, clone / name)
    (clone / doctor.BIN).mkdir(parents=True)
    (clone / doctor.BIN / "dvc").symlink_to(Path(sys.executable).with_name("dvc"))
    pending = "`make repro` trains cnn, vgg, mobilenet, student: about 1 h 2 min; "
    assert doctor.training(clone).text == pending + total
    shutil.rmtree(clone / ".git")  # without which DVC tells nothing
    assert doctor.training(clone).text == total
    (clone / doctor.BIN / "dvc").unlink()
    (clone / doctor.BIN / "dvc").write_text(f"#!{clone / 'gone' / 'python'}\n")
    (clone / doctor.BIN / "dvc").chmod(0o755)  # as in an environment that was moved
    assert doctor.training(clone).text == total


def test_make_repro_tells_the_time_before_it_begins(clone):
    made = subprocess.run(
        ["make", "-n", "-o", ".venv/all", "-o", "data/fer2013.csv", "repro"],
        cwd=clone,
        capture_output=True,
        text=True,
        check=True,
    )
    before, _, after = made.stdout.partition("bin/dvc repro")
    assert "python -m pipeline.doctor training\n" in before
    assert "pipeline.doctor" not in after


def test_one_subject_can_be_asked_for_alone(capsys):
    assert doctor.main(["cores"]) == 0
    [line] = capsys.readouterr().out.splitlines()
    assert line.startswith("ok      cores     ")


def test_the_packages_are_made_for_some_pythons(subtests):
    for version, status in [
        ((2, 7), MISSING),
        ((3, 9), MISSING),
        ((3, 10), OK),
        ((3, 13), OK),
        ((3, 14), MISSING),
    ]:
        with subtests.test(version=version, status=status):
            assert doctor.python(version).status == status


def test_the_disk_must_hold_what_is_not_installed_yet(subtests):
    for gigabytes, is_installed, status in [
        (0.5, False, MISSING),
        (2, False, HINT),
        (2, True, OK),
        (50, False, OK),
    ]:
        with subtests.test(gigabytes=gigabytes, is_installed=is_installed, status=status):
            assert doctor.disk(int(gigabytes * 10**9), is_installed).status == status


def test_lines_are_broken_between_words_alone():
    finding = doctor.Finding(HINT, "dataset", "see https://example.org/a-long-address-to-copy now")
    first, *rest = doctor.told(finding, 40).splitlines()
    assert first == "hint    dataset   see"
    assert [line.strip() for line in rest] == ["https://example.org/a-long-address-to-copy", "now"]


@pytest.fixture
def lists(tmp_path):
    (tmp_path / ".venv").mkdir()
    (tmp_path / "requirements-app.txt").write_text("# The page\nnumpy>=2,<3\nruamel.yaml>=0.18\n")
    (tmp_path / "requirements.txt").write_text("-r requirements-app.txt\nkeras>=3\n")
    (tmp_path / "constraints.txt").write_text(
        "numpy==2.2.6 ; python_full_version < '3.11'\n"
        "numpy==2.4.6 ; python_full_version >= '3.11'\nruamel-yaml==0.19.1\nkeras==3.15.1\n"
        "setuptools==84.2.1\n"
    )
    return tmp_path


PAGE = {"numpy": "2.4.6", "ruamel-yaml": "0.19.1"}


def test_installed_packages_are_compared_with_the_pins(subtests, lists):
    for found, status, words in [
        ({"pip": "26.0"}, HINT, "none yet"),
        ({"numpy": "2.4.6"}, MISSING, "ruamel-yaml missing"),
        (PAGE, HINT, "the pipeline lacks keras"),
        (PAGE | {"numpy": "1.26.0"}, HINT, "numpy 1.26.0 (pinned: 2.2.6 or 2.4.6)"),
        (PAGE | {"numpy": "1.26.0"}, HINT, "`make -B .venv/app`"),
        (PAGE | {"numpy": "1.26.0", "keras": "3.15.1"}, HINT, "`make -B .venv/all`"),
        (PAGE | {"keras": "3.15.1", "torch": "2.9"}, OK, "as constraints.txt pins them"),
        (PAGE | {"keras": "3.15.1", "setuptools": "65.5.0"}, OK, "as constraints.txt pins them"),
    ]:
        with subtests.test(found=found, status=status, words=words):
            finding = doctor.packages(lists, found)
            assert finding.status == status
            assert words in finding.text


def test_the_packages_of_the_clones_own_environment_are_read(tmp_path):
    assert "ruamel-yaml" in doctor.installed(tmp_path)  # beside this Python
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / ".venv"], check=True)
    (folder,) = (tmp_path / ".venv").glob("[Ll]ib/**/site-packages")
    install(folder, "Some_Package", "1.5")
    assert doctor.installed(tmp_path) == {"some-package": "1.5"}


def test_a_dataset_is_told_from_drawn_faces_and_from_another_file(tmp_path):
    path = tmp_path / "fer2013.csv"
    assert doctor.dataset(path).status == HINT
    path.write_text("a,b\n")
    assert doctor.dataset(path).status == MISSING
    write_sample(path, rows=21, seed=7)
    drawn = doctor.dataset(path)
    assert (drawn.status, "drawn faces" in drawn.text) == (HINT, True)
    with path.open("r+b") as file:
        file.truncate(301 * 10**6)
    whole = doctor.dataset(path)
    assert (whole.status, whole.text[:6]) == (OK, "301 MB")
    check_commands(whole.text, REPOSITORY)


def test_the_dataset_is_the_one_that_params_name(clone):
    assert doctor.source(clone) == clone / "data" / "fer2013.csv"
    (clone / "params.yaml").write_text("data:\n  source: data/faces  # a folder of each class\n")
    assert doctor.source(clone) == clone / "data" / "faces"
    (clone / "data" / "faces").mkdir(parents=True)
    assert doctor.dataset(doctor.source(clone)).status == OK


def test_the_weights_are_looked_for_where_keras_keeps_them(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert str(tmp_path / "models") in doctor.weights().text
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / doctor.WEIGHTS).touch()
    assert doctor.weights().status == OK


def test_the_detector_is_looked_for_where_the_page_keeps_it(tmp_path):
    assert "is not here yet" in doctor.detector(tmp_path).text
    (tmp_path / YUNET_FILE.name).write_bytes(b"cut off")
    assert "is damaged" in doctor.detector(tmp_path).text
    (tmp_path / YUNET_FILE.name).write_bytes(bytes(YUNET.length))
    assert doctor.detector(tmp_path).status == OK


def test_a_precision_is_advised_by_what_the_processor_has(subtests, tmp_path):
    for flags, status in [
        (None, HINT),  # no such file
        ("flags : fpu avx512_bf16 amx_bf16 amx_tile", OK),
        ("flags : fpu avx2", HINT),
    ]:
        with subtests.test(flags=flags, status=status):
            if flags:
                (tmp_path / "cpuinfo").write_text(flags)
            finding = doctor.bfloat16(tmp_path / "cpuinfo")
            assert finding.status == status
            assert ("float32" in finding.text) == (status == HINT)


@pytest.fixture
def server():
    """A port on which something listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def test_a_port_that_is_taken_is_no_obstacle(server):
    number = server.getsockname()[1]
    taken = doctor.Finding(HINT, "port", f"{number} is taken: take another")
    assert doctor.port(number, "take another") == taken
    server.close()
    assert doctor.port(number, "take another").status == OK


def test_a_store_that_cannot_be_written_is_told(tmp_path, server):
    assert doctor.store(tmp_path).status == OK
    assert doctor.store(tmp_path / "missing").status == HINT
    assert doctor.store(tmp_path, f"sqlite:///{tmp_path}/other.db").status == OK
    assert doctor.store(tmp_path, f"sqlite:///{tmp_path}/missing/other.db").status == HINT
    uri = f"http://user:secret@127.0.0.1:{server.getsockname()[1]}"
    answering = doctor.store(tmp_path, uri)
    server.close()
    silent = doctor.store(tmp_path, uri)
    assert (answering.status, silent.status) == (OK, HINT)
    assert "secret" not in answering.text + silent.text
    for wrong in ("http://localhost:port", "http://localhost:99999", "http://[localhost:5000"):
        told = doctor.store(tmp_path, wrong)
        assert told.status == HINT
        assert told.text.startswith("MLFLOW_TRACKING_URI is not an address")
