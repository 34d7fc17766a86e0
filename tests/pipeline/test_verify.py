"""`make verify` measures the champion again and names everything that does not agree."""

import hashlib
import json
import subprocess
import sys
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from fer_system.emotions import FER2013
from fer_system.intervals import intervals_95
from pipeline import promote, verify
from pipeline.data.dataset import Split, data_hash, save_splits
from pipeline.data.fer2013 import USAGES
from pipeline.formats.onnx_file import load_onnx
from pipeline.foundation.files import write_csv, write_json
from pipeline.foundation.params import REPOSITORY, Data
from pipeline.measuring.figures import calibration, details, figures
from pipeline.measuring.predictions import predict
from pipeline.records import card as cards
from pipeline.records import dvc_lock, reports
from tests.model_files import write_model

FACES = {"train": 28, "val": 21, "test": 14}


def write_faces(path, classes=FER2013):
    """A CSV of random faces, every class as often."""
    random = np.random.default_rng(5)
    rows = [
        (number % len(classes), " ".join(map(str, random.integers(0, 256, 48 * 48))), usage)
        for usage, split in USAGES.items()
        for number in range(FACES[split])
    ]
    write_csv(path, ("emotion", "pixels", "Usage"), rows)


def write_folders(folder):
    """Random pictures in folders of two classes."""
    random = np.random.default_rng(5)
    for split in FACES:
        for label in ("awake", "tired"):
            place = folder / split / label
            place.mkdir(parents=True)
            for number in range(5):
                face = random.integers(0, 256, (60, 60), dtype=np.uint8)
                cv2.imwrite(str(place / f"{number}.png"), face)


def report_on(network, splits):
    """What `train` and `evaluate` would have told of a network on these faces."""
    told = {"train": "train", "validation": "val", "test": "test"}
    faces = {name: splits[split] for name, split in told.items()}
    seen = {name: predict(network, each.images) for name, each in faces.items()}
    known = {name: details(each.labels, seen[name], each.classes) for name, each in faces.items()}
    known["validation"]["threshold"] = 0.4
    known["test"] |= {
        "calibration": calibration(faces["test"].labels, seen["test"]),
        "averaged": {},
        "intervals_95": intervals_95(np.array(known["test"]["confusion"]), 50),
    }
    summary = {name: figures(each.labels, seen[name]) for name, each in faces.items()}
    folder = reports.folder_of("toy")
    identity = {"data_hash": data_hash(splits.values()), "averaging": "none"}
    write_json(folder / "details.json", identity | known)
    write_json(folder / "figures.json", summary)
    training = {"model": "toy", "parameters": 1, "recipe": {"network": {"name": "cnn"}}}
    write_json(folder / "training.json", training | {"git_commit": "", "mlflow_run_id": ""})
    write_csv(folder / "history.csv", ("epoch", "val_accuracy"), [(1, 0.25)])


class Place:
    """Where a champion, its reports and its faces lie."""

    def __init__(self, root, source):
        self.root, self.models = root, root / "models"
        self.data = Data(source=str(source), labels="fer2013", votes=str(root / "none.csv"))
        self.faces = verify.read_faces(self.data)
        self.models.mkdir()
        (self.models / "toy.keras").write_bytes(b"a trained network")
        network = write_model(self.models / "toy.onnx", outputs=len(self.faces["test"].classes))
        report_on(load_onnx(network), self.faces)
        card = cards.read_card("toy", ["toy"], "accuracy") | {"turned_threshold": 0.5}
        promote.promote("toy", card, 0.0, self.models)
        save_splits(self.faces, root / "arrays")
        self.lock(data_hash(self.faces.values()))

    def lock(self, text):
        """Have dvc.lock say that `convert` wrote such a hash."""
        md5 = hashlib.md5(f"{text}\n".encode()).hexdigest()
        outs = [{"path": "data/arrays/hash.txt", "md5": md5}]
        write_json(self.root / "dvc.lock", {"stages": {"convert": {"outs": outs}}})

    def change(self, file, **values):
        """Other values for some keys of a JSON file."""
        path = self.root / file
        write_json(path, json.loads(path.read_text(encoding="utf-8")) | values)

    def checks(self):
        return list(verify.verify(cards.read_champion(), self.data))

    def differing(self):
        """What does not agree."""
        return [
            each.sentence
            for each in self.checks()
            if isinstance(each, verify.Check) and not each.agrees
        ]


@pytest.fixture
def somewhere(tmp_path, monkeypatch):
    """Everything that is read lies in a folder of the test's own."""
    monkeypatch.setattr(verify, "MODELS", tmp_path / "models")
    monkeypatch.setattr(dvc_lock, "LOCK", tmp_path / "dvc.lock")
    monkeypatch.setattr(verify, "ARRAYS", tmp_path / "arrays")
    monkeypatch.setattr(reports, "REPORTS", tmp_path / "reports")
    monkeypatch.setattr(cards, "CHAMPION_CARD", tmp_path / "models" / "best.json")
    return tmp_path


@pytest.fixture
def place(somewhere):
    write_faces(somewhere / "fer2013.csv")
    return Place(somewhere, somewhere / "fer2013.csv")


def test_what_is_untouched_agrees_from_the_files_to_the_last_face(place):
    checks = place.checks()
    assert place.differing() == []
    assert len(checks) == 19
    assert checks[-1].sentence == "test confusion matrix: 0 of 14 faces elsewhere"


def test_own_pictures_in_folders_are_verified_alike(somewhere):
    write_folders(somewhere / "own")
    own = Place(somewhere, somewhere / "own")
    assert own.differing() == []
    assert len(own.checks()) == 19


def test_a_file_that_is_not_the_champions_is_named(place):
    (place.models / "best.keras").write_bytes(b"another network")
    [sentence] = place.differing()
    assert sentence.startswith("models/best.keras: SHA-256 ")
    assert "; committed: " in sentence


def test_a_figure_that_was_made_up_is_found_out(place):
    content = cards.read_champion()
    better = content["figures"]["test"] | {"accuracy": content["figures"]["test"]["accuracy"] + 0.1}
    place.change("models/best.json", figures=content["figures"] | {"test": better})
    within, reported, measured = place.differing()
    assert within.startswith("the card within models/best.onnx")
    assert within.endswith("but for test, card")
    assert reported == "reports/models/toy says what best.json says, but for figures"
    assert measured.startswith("test accuracy 0.")


def test_a_figure_that_was_made_up_everywhere_is_found_out_by_measuring(place):
    details = reports.read_report("toy", "details")
    details["test"]["confusion"] = np.diag([2] * 7).tolist()
    place.change("reports/models/toy/details.json", test=details["test"])
    promote.promote("toy", cards.read_card("toy", ["toy"], "accuracy"), 0.0, place.models)
    [sentence] = place.differing()
    assert sentence.startswith("test confusion matrix: ")
    assert sentence.endswith(" of 14 faces elsewhere; committed: none")


def test_another_network_under_the_same_card_is_found_out(place):
    write_model(place.models / "toy.onnx", weight=9.0)
    promote.promote("toy", cards.read_card("toy", ["toy"], "accuracy"), 0.0, place.models)
    assert any(sentence.startswith("test loss ") for sentence in place.differing())


def test_other_faces_are_found_out_and_nothing_is_measured_on_them(place):
    path = place.root / "fer2013.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[1] = lines[1].replace("0,", "6,", 1)
    path.write_text("".join(lines), encoding="utf-8")
    dataset, counts, lock, arrays = place.differing()
    assert dataset.startswith(f"{path}: hash ")
    assert counts == "train: 28 faces, by class too"
    assert lock == "dvc.lock names the arrays of these faces"
    assert arrays == "data/arrays holds these faces"
    assert place.checks()[-1] == "figures: they are of other faces than these"


def test_arrays_and_a_lock_of_other_faces_are_found_out(place):
    test = place.faces["test"]
    swapped = Split(test.images[::-1], test.labels, test.classes)
    save_splits(place.faces | {"test": swapped}, place.root / "arrays")
    place.lock("another")
    assert place.differing() == [
        "dvc.lock names the arrays of these faces",
        "data/arrays holds these faces",
    ]


def test_without_the_dataset_the_files_are_verified_and_one_sentence_says_where_to_get_it(place):
    (place.root / "fer2013.csv").unlink()
    *files, missing = place.checks()
    assert [each.agrees for each in files] == [True] * 4
    assert missing.startswith("faces and figures: ")
    assert "is missing; download fer2013.csv from https://" in missing


@pytest.mark.parametrize(("damage", "code"), [(False, 0), (True, 1)])
def test_the_exit_code_tells_whether_all_agrees(place, damage, code, monkeypatch, capsys):
    monkeypatch.setattr(verify, "load_params", lambda: SimpleNamespace(data=place.data))
    if damage:
        (place.models / "best.keras").write_bytes(b"another network")
    with pytest.raises(SystemExit) as ended:
        verify.main()
    assert ended.value.code == code
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("DIFFERS " if damage else "agrees ")
    assert lines[-1].startswith(f"{19 - damage} of 19 checks agree, after ")


def test_the_document_shows_what_is_told_of_the_committed_champion(documented):
    [block] = documented
    *lines, _ = block.code.splitlines()
    card = cards.read_champion()
    files = list(verify.compare_files(card))
    assert [each.sentence for each in files if not each.agrees] == []
    faces = card["faces"]["test"]
    told = {
        *(each.sentence for each in files),
        *(f"test {name} {value:.4f}" for name, value in card["figures"]["test"].items()),
        f"data/fer2013.csv: hash {card['data_hash'][:12]}..., FER2013's own",
        f"test confusion matrix: 0 of {sum(faces.values()):,} faces elsewhere",
    }
    shown = {line.removeprefix("agrees").strip() for line in lines if line != "..."}
    assert len(shown) > len(files)
    assert shown <= told


def test_it_needs_no_library_that_trains():
    heavy = {"tensorflow", "keras", "mlflow", "dvc", "matplotlib", "gradio"}
    program = f"import sys, pipeline.verify; print(*sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []
