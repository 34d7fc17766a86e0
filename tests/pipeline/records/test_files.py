"""A file that is missing or damaged is told in one sentence, with what makes it again."""

import json
import shutil

import pytest

from pipeline import draw
from pipeline import rivals as rivals_command
from pipeline.formats.keras_file import load_network
from pipeline.formats.onnx_file import load_onnx, with_metadata
from pipeline.foundation.errors import DamagedFileError, MissingFileError, run
from pipeline.foundation.params import REPOSITORY
from pipeline.records import card, reports, rivals
from pipeline.records.files import read_json, read_table


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """The committed reports and card, to be damaged."""
    shutil.copytree(REPOSITORY / "reports", tmp_path / "reports")
    shutil.copyfile(card.CHAMPION_CARD, tmp_path / "best.json")
    monkeypatch.setattr(reports, "REPORTS", tmp_path / "reports")
    monkeypatch.setattr(rivals, "COMPARED", tmp_path / "reports" / "rivals" / "rivals.csv")
    monkeypatch.setattr(card, "CHAMPION_CARD", tmp_path / "best.json")
    return tmp_path


def halved(path):
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def emptied(path):
    path.write_bytes(b"")


def conflicting(path):
    path.write_text(f"<<<<<<< HEAD\n{path.read_text(encoding='utf-8')}", encoding="utf-8")


def test_a_damaged_report_names_its_file_and_the_stage_that_makes_it(copied):
    cases = {
        "best.json": (card.read_champion, "promote"),
        "reports/models/vgg/training.json": (
            lambda: reports.read_report("vgg", "training"),
            "",
        ),
        "reports/models/vgg/details.json": (
            lambda: draw.draw_confusion("vgg", copied / "drawn.png"),
            "",
        ),
        "reports/models/vgg/figures.json": (
            lambda: card.read_figures("vgg", "accuracy"),
            "",
        ),
        "reports/models/vgg/history.csv": (lambda: reports.read_history("vgg"), ""),
        "reports/data/distribution.csv": (reports.read_distribution, "convert"),
        "reports/robustness/robustness.csv": (reports.read_robustness, "robustness"),
        "reports/rivals/rivals.csv": (rivals.read_compared, "rivals"),
    }
    for name, (read, stage) in cases.items():
        command = f"dvc repro {stage}".strip()
        path = copied / name
        whole = path.read_bytes()
        read()
        for damage in (halved, emptied, conflicting):
            damage(path)
            with pytest.raises(DamagedFileError) as caught:
                read()
            sentence = str(caught.value)
            assert sentence.startswith(f"{path} is damaged ("), (name, damage)
            assert sentence.endswith(f"make it again with `{command}`")
            path.write_bytes(whole)
        path.unlink()
        with pytest.raises(MissingFileError) as caught:
            read()
        assert str(caught.value) == f"{path} is missing; make it with `{command}`"
        path.write_bytes(whole)


def test_a_damaged_model_file_names_itself_and_what_makes_it_again(tmp_path):
    models = REPOSITORY / "models"
    for name, read in (
        ("best.keras", load_network),
        ("best.onnx", load_onnx),
        ("best.onnx", lambda path: with_metadata(path, {})),
    ):
        path = tmp_path / name
        with pytest.raises(MissingFileError, match=rf"{name} is missing; make it with `dvc repro"):
            read(path)
        shutil.copyfile(models / name, path)
        for damage in (halved, emptied, lambda path: path.write_text("{}")):
            damage(path)
            with pytest.raises(
                DamagedFileError, match=rf"{name} is damaged or .*make it again with `dvc repro`"
            ):
                read(path)
        path.unlink()


def test_json_that_lacks_a_key_names_it(tmp_path):
    path = tmp_path / "some.json"
    for content, lacking in (
        ({"a": {"b": 1}}, "a.c, d"),
        ({"a": 1, "d": 2}, "a.c"),
        ([1], "a.c, d"),
    ):
        path.write_text(json.dumps(content))
        with pytest.raises(DamagedFileError, match=rf"\(it lacks {lacking}\)"):
            read_json(path, "make", "a.c", "d")


def test_a_row_is_given_as_it_is_read_and_never_in_part(tmp_path):
    path = tmp_path / "some.csv"
    path.write_text("a,b\n1,x\n2,y\n")
    assert read_table(path, "make", lambda row: (int(row["a"]), row["b"])) == [(1, "x"), (2, "y")]
    for text in ("a,b\n1\n", "a,b\n1,x,y\n", "a,b\nz,x\n", "a,c\n1,x\n", "a,b\n"):
        path.write_text(text)
        with pytest.raises(DamagedFileError, match=r"some\.csv is damaged .* with `make`"):
            read_table(path, "make", lambda row: (int(row["a"]), row["b"]))


def test_a_command_ends_on_a_damaged_file_without_a_traceback(copied, monkeypatch):
    halved(copied / "best.json")
    monkeypatch.setattr("sys.argv", ["pipeline/rivals.py"])
    with pytest.raises(SystemExit) as ended:
        run(rivals_command.main)
    assert str(ended.value).startswith(f"rivals: {copied / 'best.json'} is damaged (")
