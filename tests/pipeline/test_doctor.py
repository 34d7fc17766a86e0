"""`make doctor` names what is missing and how to mend it, before anything is installed."""

import os
import shutil
import socket
import subprocess
import sys

import pytest

from drawings.sample import write_sample
from fer_system.detector import YUNET_FILE
from pipeline import doctor
from pipeline.doctor import HINT, MISSING, OK
from pipeline.foundation.params import REPOSITORY

LISTS = ("requirements-app.txt", "requirements.txt", "constraints.txt")


@pytest.fixture
def clone(tmp_path):
    """As much of a fresh clone as the doctor looks at."""
    (tmp_path / "pipeline").mkdir()
    for name in ("pipeline/__init__.py", "pipeline/doctor.py", "params.yaml", *LISTS):
        shutil.copy(REPOSITORY / name, tmp_path / name)
    return tmp_path


def examined(clone):
    """Exit code and lines of the doctor, run by a Python that sees no installed package."""
    done = subprocess.run(
        [sys.executable, "-S", "-m", "pipeline.doctor"],
        cwd=clone,
        env=os.environ | {"COLUMNS": "1000", "KERAS_HOME": str(clone)},
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def test_on_a_fresh_clone_nothing_is_missing_and_the_rest_is_told(clone):
    code, (*lines, _, end) = examined(clone)
    assert (code, end) == (0, "All that is needed is here.")
    told = {line[8:18].strip(): (line[:8].strip(), line[18:]) for line in lines}
    assert told["Python"][0] == told["venv"][0] == told["Git"][0] == OK
    for subject, mend in (
        ("packages", "`make app`"),
        ("dataset", "download fer2013.csv from https://www.kaggle.com/"),
        ("MobileNet", "mobilenet_1_0_224_tf_no_top.h5"),
        ("camera", "HTTPS"),
    ):
        status, text = told[subject]
        assert status == HINT
        assert mend in text


def test_it_ends_with_1_where_something_needed_is_missing(clone):
    (clone / "data").mkdir()
    (clone / "data" / "fer2013.csv").write_text("<!DOCTYPE html>\n")
    code, lines = examined(clone)
    assert (code, lines[-1]) == (1, "1 missing.")
    assert sum(line.startswith("missing dataset") for line in lines) == 1


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
    (tmp_path / "requirements-app.txt").write_text("# The page\nnumpy>=2,<3\nruamel.yaml>=0.18\n")
    (tmp_path / "requirements.txt").write_text("-r requirements-app.txt\nkeras>=3\n")
    (tmp_path / "constraints.txt").write_text(
        "numpy==2.2.6 ; python_full_version < '3.11'\n"
        "numpy==2.4.6 ; python_full_version >= '3.11'\nruamel-yaml==0.19.1\nkeras==3.15.1\n"
    )
    return tmp_path


PAGE = {"numpy": "2.4.6", "ruamel-yaml": "0.19.1"}


def test_installed_packages_are_compared_with_the_pins(subtests, lists):
    for found, status, words in [
        ({"pip": "26.0"}, HINT, "none yet"),
        ({"numpy": "2.4.6"}, MISSING, "ruamel-yaml missing"),
        (PAGE, HINT, "the pipeline lacks keras"),
        (PAGE | {"numpy": "1.26.0"}, HINT, "numpy 1.26.0 (pinned: 2.2.6 or 2.4.6)"),
        (PAGE | {"keras": "3.15.1", "torch": "2.9"}, OK, "as constraints.txt pins them"),
    ]:
        with subtests.test(found=found, status=status, words=words):
            finding = doctor.packages(lists, found)
            assert finding.status == status
            assert words in finding.text


def test_the_packages_of_the_clones_own_environment_are_read(tmp_path):
    assert "ruamel-yaml" in doctor.installed(tmp_path)  # beside this Python
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / ".venv"], check=True)
    (folder,) = (tmp_path / ".venv").glob("[Ll]ib/**/site-packages")
    (folder / "Some_Package-1.5.dist-info").mkdir()
    (folder / "Some_Package-1.5.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: Some_Package\nVersion: 1.5\n"
    )
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
    assert doctor.dataset(path) == doctor.Finding(OK, "dataset", "301 MB")


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
    assert doctor.detector(tmp_path).status == HINT
    (tmp_path / YUNET_FILE.name).touch()
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
    assert doctor.port(number).status == HINT
    server.close()
    assert doctor.port(number).status == OK


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
