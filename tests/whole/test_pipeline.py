"""`dvc repro` from a CSV of drawn faces to the champion, as on a fresh clone."""

import copy
import csv
import json
import re
import shlex
import shutil
import signal
import sys
from contextlib import contextmanager
from pathlib import Path

import mlflow
import psutil
import pytest

from fer_system import Recognizer, load_picture
from fer_system.detector import YUNET_FILE
from pipeline.export import FORMATS
from pipeline.foundation.params import REPOSITORY, load_params
from tests.browsing import OVERFLOW, PHONE
from tests.markup import read
from tests.mlflow_server import free_port, mlflow_server
from tests.notebooks import run_notebook
from tests.test_stages import MODULES, stale_after
from tests.workspace import BIN, Workspace

MODELS = load_params().trained


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """A workspace in which `dvc repro` has run once."""
    workspace = Workspace(tmp_path_factory.mktemp("pipeline") / "clone")
    workspace.as_if_installed()
    workspace.run("dvc", "repro")
    workspace.commit("reproduced")
    return workspace


def read_table(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def store(workspace):
    """MLflow's client on the workspace's journal."""
    uri = f"sqlite:///{workspace.root / 'mlflow.db'}"
    return mlflow.MlflowClient(tracking_uri=uri, registry_uri=uri)


def runs_in(store):
    (experiment,) = [e for e in store.search_experiments() if e.name == "fer"]
    runs = store.search_runs([experiment.experiment_id])
    return [run for run in runs if "model" in run.data.tags]  # no study of DVC's experiments


def read_json(path):
    return json.loads(path.read_text(encoding="utf-8"))


def test_the_promoted_model_has_learned_and_tells_where_it_comes_from(workspace):
    card = read_json(workspace.root / "models" / "best.json")
    recognizer = Recognizer(workspace.root / "models" / "best.onnx", detector="haar")
    assert card["figures"]["validation"]["accuracy"] > 2 / 7  # twice as good as chance
    assert recognizer.card.model == card["model"] == "cnn"
    assert recognizer.card.test.accuracy == card["figures"]["test"]["accuracy"]
    assert recognizer.card.data_hash == card["data_hash"]
    assert len(recognizer.card.git_commit) == 40
    assert card["onnx_differs_from_keras_by"] <= 1e-4
    face = load_picture(REPOSITORY / "web" / "examples" / "happy.webp")
    assert sum(recognizer(face)[0].probabilities.values()) == pytest.approx(1, abs=1e-5)


def test_every_trained_model_has_a_complete_mlflow_run(workspace, store):
    runs = {run.data.tags["model"]: run for run in runs_in(store)}
    assert set(runs) == set(MODELS)
    for name, run in runs.items():
        reports = workspace.root / "reports" / "models" / name
        figures = read_json(reports / "figures.json")
        assert run.info.status == "FINISHED"
        assert run.info.run_id == read_json(reports / "training.json")["mlflow_run_id"]
        assert run.data.tags["git_commit"] == read_json(reports / "training.json")["git_commit"]
        assert len(run.data.tags["data_hash"]) == 64
        assert run.data.params["architecture"] == {"student": "vgg"}.get(name, name)
        kept = {"best/train": "train", "best/val": "validation", "test": "test"}
        for told, split in kept.items():
            accuracy = round(figures[split]["accuracy"], 4)
            assert run.data.metrics[f"{told}/accuracy"] == accuracy
        epochs = len((reports / "history.csv").read_text(encoding="utf-8").splitlines()) - 1
        assert len(store.get_metric_history(run.info.run_id, "val/accuracy")) == epochs
        assert run.info.run_name.startswith(f"{name} {run.data.tags['git_commit'][:7]}")
        cost = read_json(reports / "cost.json")
        assert {name: run.data.metrics[f"cost/{name}"] for name in cost} == cost
        assert cost["milliseconds_per_face"] > 0
        files = {file.path for file in store.list_artifacts(run.info.run_id, "reports")}
        assert {"reports/confusion.png", "reports/history.png"} <= files
        assert {"card.json", "reports"} <= {
            file.path for file in store.list_artifacts(run.info.run_id)
        }
        version = store.get_model_version("fer", run.data.tags["recognizer_version"])
        assert version.tags["model"] == name
        assert version.description == run.data.tags["mlflow.note.content"]
        assert store.get_model_version_by_alias("fer", name).run_id == run.info.run_id
        model = store.get_logged_model(version.source.removeprefix("models:/"))
        assert model.name == name
        told = {metric.key: metric.dataset_digest for metric in model.metrics}
        assert told["test/accuracy"] == f"{run.data.tags['data_hash'][:8]}-test"


def test_a_student_is_measured_beside_its_teachers(workspace):
    reports = workspace.root / "reports" / "models"
    teachers = read_json(reports / "student" / "details.json")["teachers"]
    assert teachers.pop("models") == ["vgg"]
    measured = read_json(reports / "vgg" / "figures.json")
    for split, figures in teachers.items():
        assert figures == pytest.approx(measured[split])
    assert set(teachers) == {"validation", "test"}


def test_the_champion_can_be_loaded_from_the_registry_and_is_the_promoted_model(workspace, store):
    version = store.get_model_version_by_alias("fer", "champion")
    champion = store.get_run(version.run_id).data.tags["model"]
    assert champion == read_json(workspace.root / "models" / "best.json")["model"]
    code = (
        "import mlflow, numpy as np, pandas as pd, fer_system;"
        "mlflow.set_tracking_uri('sqlite:///mlflow.db');"
        "faces = list(np.random.default_rng(1).integers(0, 256, (3, 48, 48)).astype(np.uint8));"
        "model = mlflow.pyfunc.load_model('models:/fer@champion');"
        "table = model.predict({'picture': faces});"
        "best = fer_system.Recognizer('models/best.onnx');"
        "expected = [best(face)[0].probabilities for face in faces];"
        "pd.testing.assert_frame_equal(table[[*best.classes]], pd.DataFrame(expected), atol=1e-4);"
        # FER2013's faces may not be passed on, and one's own may be private.
        "drawn = open('web/examples/happy.webp', 'rb').read();"
        "assert list(model.input_example['picture']) == [drawn]"
    )
    workspace.run("python", "-c", code)


def test_the_reports_on_the_champion_agree_with_its_card(workspace):
    reports, card = workspace.root / "reports", read_json(workspace.root / "models" / "best.json")
    accuracy = card["figures"]["test"]["accuracy"]
    unspoilt = read_table(reports / "robustness" / "robustness.csv")[0]
    assert float(unspoilt["accuracy"]) == pytest.approx(accuracy)
    rivals = {row["name"]: row for row in read_table(reports / "rivals" / "rivals.csv")}
    assert float(rivals[f"FER System, {card['model']}"]["accuracy"]) == pytest.approx(accuracy)
    low, high = (card["test_intervals_95"]["accuracy"][end] for end in ("low", "high"))
    assert low <= accuracy <= high
    assert set(card["test_per_class"]) == set(card["classes"])


@contextmanager
def changed(path, text):
    """A file with other content, or absent where `text` is None, for a while."""
    before = path.read_text(encoding="utf-8")
    path.unlink() if text is None else path.write_text(text, encoding="utf-8")
    yield
    path.write_text(before, encoding="utf-8")


def report_of(workspace):
    """The report that `make report` writes, as a tree."""
    workspace.stage("report")
    return read((workspace.root / "reports" / "report.html").read_text(encoding="utf-8"))


def test_the_report_holds_the_figures_of_every_model_and_all_its_pictures(workspace):
    page = report_of(workspace)
    card = read_json(workspace.root / "models" / "best.json")
    (models,) = [it for it in page.all("section") if it.attributes.get("id") == "models"]
    for name in MODELS:
        (row,) = [row for row in models.all("tr") if row.all("th")[0].text == name]
        reports = workspace.root / "reports" / "models" / name
        figures, cost = (read_json(reports / f"{file}.json") for file in ("figures", "cost"))
        assert f"{100 * figures['test']['accuracy']:.2f} %" in row.text
        assert f"{cost['milliseconds_per_face']}" in row.text
        assert ("class" in row.attributes) == (name == card["model"])
    for fact in ("git_commit", "data_hash", "mlflow_run_id", "keras"):
        assert card[fact] in page.text
    pictures = page.all("img")
    assert len(pictures) == 2
    assert all(picture.attributes["alt"] for picture in pictures)
    assert all(picture.attributes["src"].startswith("data:image/png") for picture in pictures)
    assert not page.all("div", "beware")


def test_the_report_tells_of_studies_made_by_hand_where_they_are(workspace):
    assert not {"Labels", "Ablation"} & {title.text for title in report_of(workspace).all("h2")}
    for study in ("label_noise", "ablation"):
        shutil.copytree(REPOSITORY / "reports" / study, workspace.root / "reports" / study)
    page = report_of(workspace)
    assert {"Labels", "Ablation"} <= {title.text for title in page.all("h2")}
    assert len(page.all("img")) == 3
    for study in ("label_noise", "ablation"):
        shutil.rmtree(workspace.root / "reports" / study)


def test_the_report_says_what_is_missing_or_of_another_training(workspace):
    card, spoilt = (workspace.root / name for name in ("models/best.json", "reports/robustness"))
    other = json.dumps(read_json(card) | {"git_commit": "f" * 40})
    with changed(card, other):
        (note,) = report_of(workspace).all("div", "beware")
    assert "models/best.json and reports/models/cnn are of different trainings" in note.text
    for path, text, told in (
        (spoilt / "robustness.csv", None, "is missing; make it with `dvc repro robustness`"),
        (card, "{}", "best.json is damaged (it lacks model, candidates"),
        (card, "<<<<<<< HEAD", "make it again with `dvc repro promote`"),
    ):
        with changed(path, text):
            process = workspace.start(sys.executable, "-m", "pipeline.report")
            output, _ = process.communicate()
        assert process.returncode == 1
        assert told in output
        assert output.count("\n") == 1


def test_the_notebook_shows_faces_curves_confusion_and_mistakes(documented, workspace):
    [notebook] = documented
    outputs = run_notebook(notebook, workspace.root)
    for cell in ("faces", "balance", "history", "confusion", "mistakes"):
        assert "image/png" in outputs[cell][-1]["data"]
    card = read_json(workspace.root / "models" / "best.json")
    table = outputs["models"][-1]["data"]["text/plain"]
    assert f"{card['figures']['test']['accuracy']:.3f}".rstrip("0") in table
    assert card["model"] in outputs["models"][0]["text"]


def test_promoting_the_same_model_again_leaves_its_files_byte_for_byte(workspace):
    files = [workspace.root / "models" / f"best.{part}" for part in ("onnx", "keras", "json")]
    before = [path.read_bytes() for path in files]
    workspace.run("dvc", "repro", "--force", "--single-item", "promote")
    assert [path.read_bytes() for path in files] == before


def test_every_stages_pictures_are_drawn_and_no_others(workspace):
    pictures = workspace.root / "reports" / "pictures"
    drawn = {path.relative_to(pictures).as_posix() for path in pictures.rglob("*.png")}
    kinds = ("calibration", "confusion", "history", "per_class")
    assert drawn == {"distribution.png", "rivals.png", "robustness.png"} | {
        f"{model}/{kind}.png" for model in MODELS for kind in kinds
    }
    before = {path: path.read_bytes() for path in pictures.rglob("*.png")}
    (pictures / "earlier").mkdir()
    shutil.copyfile(pictures / "cnn" / "history.png", pictures / "earlier" / "history.png")
    workspace.stage("draw")
    assert {path: path.read_bytes() for path in pictures.rglob("*.png")} == before


def stages_run(output):
    return set(re.findall("Running stage '(.+)'", output))


def test_a_second_repro_only_looks_after_the_journal_and_prints_the_table(workspace, store):
    before = {run.info.run_id: run.data for run in runs_in(store)}
    output = workspace.run("dvc", "repro")
    assert stages_run(output) == {"record"}
    after = {run.info.run_id: run.data for run in runs_in(store)}
    assert {run: data.to_dictionary() for run, data in after.items()} == {
        run: data.to_dictionary() for run, data in before.items()
    }
    accuracy = read_json(workspace.root / "models" / "best.json")["figures"]["test"]["accuracy"]
    (champion,) = [line for line in output.splitlines() if re.match(r"\w+ \* ", line)]
    assert f" {accuracy:.2%} " in champion


def in_shell(workspace, lines, **replaced):
    """Run lines of a document by bash, with other words for some; gives what they printed."""
    for was, becomes in replaced.items():
        assert was in lines
        lines = lines.replace(was, str(becomes))
    people = ("AUTHOR", "COMMITTER")
    someone = {f"GIT_{who}_{what}": "a" for who in people for what in ("NAME", "EMAIL")}
    return workspace.run("bash", "-ec", lines, **someone)


def test_a_colleague_gets_every_trained_model_from_the_remote_and_trains_nothing(
    documented, workspace, tmp_path
):
    share, fetch = (block.code for block in documented)
    origin = str(tmp_path / "origin")
    workspace.run("git", "init", "-q", "--bare", origin)
    workspace.run("git", "remote", "add", "origin", origin)
    workspace.run("git", "config", "push.autoSetupRemote", "true")
    in_shell(workspace, share, **{"/srv/fer": tmp_path / "remote"})
    clone, fetch = fetch.split("\n", 1)
    in_shell(workspace, f"cd {tmp_path}; {clone}", ADDRESS=origin)
    colleague = copy.copy(workspace)
    colleague.root = tmp_path / "fer"
    exporting = colleague.start(sys.executable, "-m", "pipeline.export", "--to", "keras")
    complaint = exporting.communicate()[0].splitlines()[-1]
    assert re.match(r"export: .*train\.npz is missing; make it with `dvc repro", complaint)
    shutil.copyfile(workspace.root / "data/fer2013.csv", colleague.root / "data/fer2013.csv")
    colleague.as_if_installed()
    run = stages_run(in_shell(colleague, fetch, **{"make repro": f"make repro {BIN}"}))
    assert run == {"convert", "record"}
    arrays = {path.read_bytes() for path in (workspace.root / "data" / "arrays").iterdir()}
    shared = {path.read_bytes() for path in (tmp_path / "remote").rglob("*") if path.is_file()}
    assert not arrays & shared, "faces were passed on"
    for name in MODELS:
        file = Path("models", f"{name}.keras")
        assert (colleague.root / file).read_bytes() == (workspace.root / file).read_bytes()


def test_a_clone_of_a_repository_that_holds_the_weights_trains_nothing(
    documented, workspace, tmp_path
):
    [block] = documented
    weights, again, all_again, publish = block.code.splitlines()
    assert stages_run(typed(workspace, again.replace(" #", " --dry #"))) == {"train@cnn"}
    assert "train@vgg" in stages_run(typed(workspace, all_again.replace(" #", " --dry #")))
    typed(workspace, publish)
    workspace.commit("publish")
    clone = workspace.clone(tmp_path / "clone")
    held = {path.read_bytes() for path in (clone.root / "models/published/files").rglob("*/*/*")}
    trained = {name: (workspace.root / f"models/{name}.keras").read_bytes() for name in MODELS}
    assert held == set(trained.values()), "Git holds other things than the weights"
    shutil.copyfile(workspace.root / "data/fer2013.csv", clone.root / "data/fer2013.csv")
    clone.as_if_installed()
    assert typed(clone, weights).splitlines()[1:] == [
        f"{name}: models/{name}.keras is put here, as it was trained" for name in MODELS
    ]
    run = stages_run(clone.run("dvc", "repro"))
    assert {"convert", *(f"evaluate@{name}" for name in MODELS[:-1])} < run
    assert not [stage for stage in run if stage.startswith("train")]
    assert trained == {name: (clone.root / f"models/{name}.keras").read_bytes() for name in MODELS}


def test_the_champions_network_is_exported_in_every_format(documented, workspace):
    [block] = documented
    first, whole, *others = block.code.splitlines()
    lines = typed(workspace, first).splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")][1:]
    assert [row[0] for row in rows] == [kind for kind, form in FORMATS.items() if form.of_network]
    assert {row[1] for row in rows} == {
        file.name for file in (workspace.root / "exports").iterdir()
    }
    card = read_json(workspace.root / "models" / "best.json")
    accuracy = f"{card['figures']['validation']['accuracy']:.2%}"
    assert {row[5] for row in rows if FORMATS[row[0]].exact} == {accuracy}
    assert lines[-1].endswith(", ".join(card["classes"]))
    with (workspace.root / "reports" / "exports" / "exports.csv").open(newline="") as file:
        assert [row["format"] for row in csv.DictReader(file)] == [row[0] for row in rows]
    for line in others:
        typed(workspace, line)
    assert Recognizer(workspace.root / "cnn.onnx", detector="haar").card.model == "cnn"
    if YUNET_FILE.is_file():
        shutil.copy(YUNET_FILE, workspace.root / "models")
        assert "recognizer" in typed(workspace, whole)


def test_other_params_retrain_their_model_alone(workspace):
    workspace.replace("params.yaml", "seed: 1", "seed: 2")
    planned = workspace.run("dvc", "repro", "--dry")
    following = {"evaluate@cnn", "promote", "draw", "record"}
    assert {"train@cnn"} <= stages_run(planned) <= {"train@cnn", *following}
    workspace.replace("params.yaml", "seed: 2", "seed: 1")


def test_a_comment_anywhere_but_in_what_learns_leaves_every_training_as_it_is(workspace):
    harmless = [module for module in MODULES if "train" not in stale_after(module)]
    for module in [*harmless, "pipeline/learning/batches.py"]:
        with (workspace.root / module).open("a", encoding="utf-8") as file:
            file.write("# another comment\n")
        if module == harmless[-1]:
            status = json.loads(workspace.run("dvc", "status", "--json"))
            assert "evaluate@cnn" in status
            assert not [stage for stage in status if stage.startswith("train")]
    status = json.loads(workspace.run("dvc", "status", "--json"))
    assert {*(f"train@{model}" for model in MODELS[:-1]), "train-students@student"} <= set(status)
    workspace.run("git", "checkout", "-q", "pipeline", "fer_system", "web", "drawings")


def typed(workspace, line):
    """Run a line of a document as if everything were installed in .venv; gives its output."""
    words = shlex.split(line, comments=True)
    own = [BIN] if words[0] == "make" else []
    if words[:2] != ["make", "mlflow"]:
        return workspace.run(*words, *own)
    process = workspace.start(*words, *own, f"PORT={free_port()}")  # the last PORT= holds
    printed = [process.stdout.readline(), process.stdout.readline()]
    (server,) = psutil.Process(process.pid).children()
    server.send_signal(signal.SIGINT)
    return "".join([*printed, process.communicate()[0]])


def test_the_commands_of_the_documents_work_in_turn(documented, workspace):
    shown = {}
    for line in "".join(block.code for block in documented).splitlines():
        command = line.partition("#")[0].strip()
        if command.startswith("dvc exp run"):
            typed(workspace, f"{command} --name slower")
        elif not command.startswith(". "):  # the environment is the tests' own
            shown[command] = typed(workspace, command)
    assert stages_run(shown["make repro"]) == {"record"}
    assert "cnn" in shown["make compare"]
    assert re.search(r"^The runs: http\S+/#/experiments/", shown["make mlflow"], re.MULTILINE)
    assert (workspace.root / "reports" / "report.html").is_file()
    header, *rows = workspace.run("dvc", "metrics", "show").splitlines()
    figures = "test/accuracy test/ece test/f1 val/accuracy val/f1"
    assert header.split() == ["Path", *figures.split()]
    assert [row.split()[0] for row in rows] == [f"reports/metrics/{name}.json" for name in MODELS]
    assert max(map(len, (header, *rows))) <= 100, "it does not fit a terminal"
    assert "index.html" in shown["dvc plots show"]
    plots = json.loads(workspace.run("dvc", "plots", "show", "--json"))["data"]
    titles = {each["content"]["title"]["text"] for (each,) in plots.values()}
    assert len(titles) == len(plots) > len(MODELS)
    (experiment,) = workspace.run(
        "git", "for-each-ref", "--format=%(refname)", "refs/exps/*/*/slower"
    ).split()
    committed = workspace.run("git", "ls-tree", "-r", "--name-only", experiment).splitlines()
    assert "reports/metrics/cnn.json" in committed
    assert not [file for file in committed if file.startswith("data/arrays")], "Git holds faces"
    shown = workspace.run("make", "-s", BIN, "experiments", COLUMNS="100")
    header, *_, last = [line for line in shown.splitlines() if not set(line) <= {" ", "─"}]
    accuracy, rate = "reports/metrics/cnn.json:val/accuracy", "train.cnn.learning_rate"
    assert header.split() == ["Experiment", accuracy, rate]
    assert "[slower]" in last
    assert last.split()[-1] == "0.0005"


def test_a_store_that_knows_none_of_the_runs_is_told_of_them_once(workspace, store):
    uri = f"sqlite:///{workspace.root / 'other.db'}"
    for _ in range(2):
        workspace.run("dvc", "repro", MLFLOW_TRACKING_URI=uri)
    told = mlflow.MlflowClient(tracking_uri=uri, registry_uri=uri)
    assert_told_anew(told, store, workspace)


def test_a_server_on_postgresql_is_told_of_the_runs_and_keeps_their_files(
    documented, workspace, store, tmp_path
):
    [block] = documented
    server, tell = block.code.splitlines()
    with mlflow_server(tmp_path, server) as uri:
        in_shell(workspace, tell, **{"http://localhost:5000": uri})
        client = mlflow.MlflowClient(tracking_uri=uri, registry_uri=uri)
        assert_told_anew(client, store, workspace)
        run = runs_in(client)[0].info.run_id
        assert "reports/confusion.png" in {
            file.path for file in client.list_artifacts(run, "reports")
        }
    assert list((tmp_path / "files").rglob("confusion.png"))


def assert_told_anew(told, store, workspace):
    """One run of each model in `told`, with all that its run in `store` has, and the champion."""
    reports = workspace.root / "reports" / "models"
    ids = {name: read_json(reports / name / "training.json")["mlflow_run_id"] for name in MODELS}
    known = {name: store.get_run(run) for name, run in ids.items()}
    runs = runs_in(told)
    assert sorted(run.data.tags["model"] for run in runs) == sorted(known)
    for run in runs:
        before = known[run.data.tags["model"]]
        assert run.info.status == "FINISHED"
        assert run.data.params == before.data.params
        metrics = before.data.metrics
        trained = {name: metrics[name] for name in metrics if not name.startswith("system/")}
        assert trained.items() <= run.data.metrics.items()
        assert {data.dataset.digest for data in run.inputs.dataset_inputs} == {
            f"{run.data.tags['data_hash'][:8]}-{split}" for split in ("train", "validation", "test")
        }
        points = [
            [point.value for point in client.get_metric_history(each.info.run_id, "val/accuracy")]
            for client, each in ((told, run), (store, before))
        ]
        assert points[0] == points[1]
    champion = told.get_model_version_by_alias("fer", "champion").run_id
    (name,) = [run.data.tags["model"] for run in runs if run.info.run_id == champion]
    assert store.get_model_version_by_alias("fer", "champion").run_id == known[name].info.run_id


def test_the_report_asks_for_nothing_and_fits_a_phone(workspace, browser):
    workspace.stage("report", "sent.html")
    page = browser.new_page(viewport=PHONE)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((workspace.root / "sent.html").as_uri())
    assert page.evaluate(OVERFLOW) == 0
    assert page.evaluate("[...document.images].every(image => image.naturalWidth > 0)")
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    page.close()
