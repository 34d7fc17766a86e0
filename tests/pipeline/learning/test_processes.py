"""Processes that share a training, each with a clone of its own: the first alone writes."""

import csv
import shutil
import signal
import socket
import sys

import pytest

from tests.workspace import Workspace

jax = pytest.importorskip("jax", reason="JAX is not installed")
pytestmark = pytest.mark.slow
ALONE = {"MLFLOW_TRACKING_URI": "http://127.0.0.1:9"}
JAX = {"KERAS_BACKEND": "jax"} | ALONE
AT_ONCE = ("--save-every", "0")


@pytest.fixture(scope="module", autouse=True)
def compiled_once(tmp_path_factory):
    """Every process would compile the same epoch again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAX_COMPILATION_CACHE_DIR", str(tmp_path_factory.mktemp("compiled")))
        yield


@pytest.fixture(scope="module")
def clones(tmp_path_factory):
    """Two workspaces with the arrays that a training may see, on two machines as it were."""
    folder = tmp_path_factory.mktemp("processes")
    first = Workspace(folder / "first", rows=210)
    for size in (32, 64):  # of cnn and of vgg
        first.replace("params.yaml", f"batch_size: {size}", f"batch_size: {size}\n    devices: all")
    first.stage("convert")
    first.commit("for all devices")
    second = first.clone(folder / "second")
    shutil.copytree(first.root / "data" / "arrays", second.root / "data" / "arrays")
    return [first, second]


def place(number, port):
    return {
        "KERAS_DISTRIBUTION_JOB_ADDRESSES": f"127.0.0.1:{port}",
        "KERAS_DISTRIBUTION_NUM_PROCESSES": "2",
        "KERAS_DISTRIBUTION_PROCESS_ID": str(number),
    }


def start(clones, *arguments, **variables):
    """Begin the training of cnn in both clones, as two processes of one training."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = (sys.executable, "-m", "pipeline.train", "cnn", *arguments)
    return [
        clone.start(*command, **JAX, **place(number, port), **variables)
        for number, clone in enumerate(clones)
    ]


def ended(processes):
    """The outputs of processes that end by themselves."""
    outputs = [process.communicate(timeout=300)[0] for process in processes]
    return outputs, [process.returncode for process in processes]


def losses(clone):
    path = clone.root / "reports" / "models" / "cnn" / "history.csv"
    with path.open(newline="") as file:
        return [[float(row[name]) for name in ("loss", "val_loss")] for row in csv.DictReader(file)]


def written(clone):
    return clone._git("status", "--short", "--ignored").splitlines()


@pytest.fixture(scope="module")
def alone(clones):
    """The losses of one process with one device."""
    clones[0].stage("train", "cnn", **JAX)
    found = losses(clones[0])
    clones[0]._git("clean", "-fdqx", "models", "reports")
    return found


def agrees(one, other):
    return all(a == pytest.approx(b, abs=1e-3) for a, b in zip(one, other, strict=True))


def test_two_processes_give_the_losses_of_one_and_only_the_first_writes(clones, alone):
    before = written(clones[1])
    outputs, codes = ended(start(clones))
    assert codes == [0, 0], outputs
    assert len(alone) == 5
    assert agrees(losses(clones[0]), alone)
    assert written(clones[1]) == before
    assert "cnn: kept epoch" in outputs[0]


def test_the_commands_of_the_document_train_one_model_on_two_machines(documented, clones):
    [block] = documented
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    variables, *commands = block.code.replace("first:4321", f"127.0.0.1:{port}").splitlines()
    assert f"127.0.0.1:{port}" in variables
    outputs, codes = ended(
        [
            clone.start("bash", "-ec", f"{variables}\n{command}", **ALONE)
            for clone, command in zip(clones, commands, strict=True)
        ]
    )
    assert codes == [0, 0], outputs
    assert (clones[0].root / "models" / "vgg.keras").is_file()
    assert not (clones[1].root / "models" / "vgg.keras").exists()
    clones[0]._git("clean", "-fdqx", "models", "reports")


@pytest.mark.parametrize("killed", [0, 1])
def test_a_killed_process_ends_the_other_with_a_sentence_and_both_go_on_later(
    clones, alone, killed
):
    processes = start(clones, *AT_ONCE)
    for line in processes[killed].stdout:
        if "Epoch 3/" in line:
            processes[killed].send_signal(signal.SIGKILL)
    outputs, codes = ended(processes)
    other = 1 - killed
    assert codes[killed] == -signal.SIGKILL
    assert codes[other] == 1
    assert "train: this process cannot go on with the others" in outputs[other]
    assert "Traceback" not in outputs[other]
    outputs, codes = ended(start(clones, *AT_ONCE))
    assert codes == [0, 0], outputs
    assert all("cnn: going on after epoch" in output for output in outputs)
    assert agrees(losses(clones[0]), alone)


def test_processes_of_different_recipes_end_with_a_sentence(clones):
    clones[1].replace("params.yaml", "seed: 1", "seed: 2")
    outputs, codes = ended(start(clones))
    clones[1].replace("params.yaml", "seed: 2", "seed: 1")
    assert codes == [1, 1]
    for output in outputs:
        assert "train: process 2 of 2 has another recipe" in output
        assert "Traceback" not in output


def test_a_process_that_cannot_train_ends_the_other_at_once(clones):
    arrays = clones[1].root / "data" / "arrays" / "val.npz"
    arrays.rename(arrays.with_suffix(".away"))
    outputs, codes = ended(start(clones))
    arrays.with_suffix(".away").rename(arrays)
    assert codes == [1, 1]
    assert "val.npz is missing; make it with `dvc repro convert`" in outputs[1]
    assert "train: this process cannot go on with the others" in outputs[0]


def test_a_place_that_makes_no_sense_is_told(subtests, clones):
    for variables, sentence in [
        ({"KERAS_BACKEND": "tensorflow"}, "only Keras on JAX trains in several processes"),
        ({"KERAS_DISTRIBUTION_PROCESS_ID": "2"}, "2 processes are numbered from 0 to 1"),
        ({"KERAS_DISTRIBUTION_JOB_ADDRESSES": "here"}, "must be the HOST:PORT of the first"),
    ]:
        with subtests.test(sentence=sentence):
            command = (sys.executable, "-m", "pipeline.train", "cnn")
            process = clones[0].start(*command, **JAX | place(0, 9) | variables)
            outputs, codes = ended([process])
            assert codes == [1]
            assert sentence in outputs[0].splitlines()[-1]
            assert "Traceback" not in outputs[0]


def test_processes_that_do_not_come_are_waited_for_no_longer_than_said(clones):
    program = (
        "from pipeline.learning import processes\n"
        "processes.SECONDS_TO_COME = 2\n"
        "with processes.joined(): pass"
    )
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = clones[0].start(sys.executable, "-c", program, **JAX, **place(0, port))
    outputs, codes = ended([process])
    assert codes == [1]
    assert f"the 2 processes did not all come to 127.0.0.1:{port} within 2 s" in outputs[0]
