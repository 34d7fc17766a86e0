import json
import os
import shutil
import socket
import subprocess
import sys

import httpx
import pytest

from tests.serving import APP, run_app, serve
from web.flags import parse_flags

REPOSITORY = APP.parent


@pytest.fixture
def refused(subtests, capsys):
    """Asserts that a flag refuses each of several values, and says how it is written."""

    def refused(flag, values, sentence):
        for value in values:
            with subtests.test(value=value):
                with pytest.raises(SystemExit) as stop:
                    parse_flags([f"{flag}={value}"])
                assert stop.value.code == 2
                assert sentence in capsys.readouterr().err

    return refused


def test_a_wrong_port_is_refused(refused):
    refused("--port", ("0", "65536", "-1", "eight", "80.5", ""), "not a port")


def test_a_drain_of_no_time_is_refused(refused):
    refused("--drain", ("-1", "nan", "soon", "3601", ""), "seconds from 0 to 3600")
    assert parse_flags(["--drain", "0"]).drain == 0


def test_what_is_no_site_may_not_show_the_page(refused):
    sites = ("*", "example.org", "https://a.org https://b.org", "https://a.org;", "https://")
    refused("--frame", sites, "write it as https://example.org")


def test_a_login_without_user_or_password_is_refused(refused):
    refused("--auth", ("", "user", "user:", ":password"), "USER:PASSWORD")


def test_a_password_may_contain_colons():
    assert parse_flags(["--auth", "ann:a:b"]).auth == [("ann", "a:b")]


def test_help_names_every_flag():
    helped = run_app("--help")
    assert helped.returncode == 0
    flags = "--model --detector --host --port --share --auth --auth-file --host-name --frame"
    flags += " --keep --drain --metrics --mcp"
    for flag in flags.split():
        assert flag in helped.stdout


def assert_one_sentence(ended, *parts):
    assert ended.returncode == 2, ended.stderr
    assert ended.stderr.count("\n") == 1, ended.stderr
    for part in parts:
        assert part in ended.stderr


def test_a_missing_model_is_one_sentence_and_exit_code_2(tmp_path):
    ended = run_app("--model", tmp_path / "none.onnx")
    assert_one_sentence(ended, "none.onnx")
    assert "Gradio" not in ended.stdout, "it was told after the long wait"


def test_the_terminal_is_told_at_once_what_is_waited_for(model_path):
    with serve(model_path) as (_, printed):
        first, second, *_ = printed.splitlines()
    assert first == f"Starting: loading the model {model_path} ..."
    assert second == "Loading Gradio, which makes the page ..."


def test_a_damaged_model_is_one_sentence_and_exit_code_2(subtests, tmp_path):
    for content in (b"", b"not a model", b"\x08\x0a" * 500):
        with subtests.test(content=content[:20]):
            model = tmp_path / "damaged.onnx"
            model.write_bytes(content)
            assert_one_sentence(run_app("--model", model), "damaged.onnx")


def test_a_cut_model_is_one_sentence_and_exit_code_2(model_path, tmp_path):
    model = tmp_path / "cut.onnx"
    whole = model_path.read_bytes()
    model.write_bytes(whole[: len(whole) // 2])
    assert_one_sentence(run_app("--model", model), "cut.onnx")


def test_a_foreign_model_is_one_sentence_and_exit_code_2(tmp_path):
    onnx = pytest.importorskip("onnx")
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        [helper.make_node("Relu", ["in"], ["out"])],
        "foreign",
        [helper.make_tensor_value_info("in", kind, [1, 3])],
        [helper.make_tensor_value_info("out", kind, [1, 3])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, tmp_path / "foreign.onnx")
    assert_one_sentence(run_app("--model", tmp_path / "foreign.onnx"), "foreign.onnx")


def test_a_missing_detector_file_is_one_sentence_and_exit_code_2(model_path, tmp_path):
    detector = tmp_path / "none.detector"
    ended = run_app("--model", model_path, "--detector", detector)
    assert_one_sentence(ended, "none.detector")


def test_a_port_in_use_is_one_sentence_and_exit_code_2(model_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run_app("--model", model_path, "--detector", "haar", "--port", port)
    assert_one_sentence(ended, f"127.0.0.1:{port}", "in use")


def test_a_port_for_figures_in_use_is_one_sentence_and_exit_code_2(model_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run_app("--model", model_path, "--detector", "haar", "--metrics", port)
    assert_one_sentence(ended, f"metrics at 127.0.0.1:{port}", "in use")


def test_figures_are_for_this_computer_unless_a_host_is_named(subtests, capsys):
    for text, expected in [
        ("9100", ("127.0.0.1", 9100)),
        ("0.0.0.0:9100", ("0.0.0.0", 9100)),
        ("[::1]:9100", ("::1", 9100)),
    ]:
        with subtests.test(text=text):
            assert parse_flags([f"--metrics={text}"]).metrics == expected
    for wrong in ("", "host", "host:", "9100:host", "0"):
        with subtests.test(wrong=wrong):
            with pytest.raises(SystemExit) as stop:
                parse_flags([f"--metrics={wrong}"])
            assert stop.value.code == 2
            assert "not a port" in capsys.readouterr().err


def test_an_address_of_another_computer_is_one_sentence_and_exit_code_2(model_path):
    host = "203.0.113.7"  # reserved for documentation
    ended = run_app("--model", model_path, "--detector", "haar", "--host", host)
    assert_one_sentence(ended, host)


def test_without_emoji_or_with_damaged_ones_the_page_starts_and_has_an_icon(model_path, tmp_path):
    shutil.copy(APP, tmp_path)
    for name in ("drawings", "fer_system", "web"):
        shutil.copytree(REPOSITORY / name, tmp_path / name)
    for damaged in (False, True):
        if damaged:
            (tmp_path / "emojis").mkdir()
            (tmp_path / "emojis" / "sad.png").write_bytes(b"no picture")
        with serve(model_path, program=[str(tmp_path / APP.name)]) as (address, printed):
            assert printed.count("sad.png is damaged; a dot stands in its place.") == damaged
            for place in ("", "favicon.ico"):
                assert httpx.get(address + place).status_code == 200


def test_share_without_internet_says_so_and_serves_locally(model_path, tmp_path):
    nowhere = "http://127.0.0.1:9"
    offline = {"HTTPS_PROXY": nowhere, "https_proxy": nowhere, "HF_HOME": str(tmp_path)}
    with serve(model_path, "--share", cwd=tmp_path, **offline) as (address, printed):
        assert "No public link" in printed
        assert httpx.get(address).status_code == 200


def test_with_a_login_the_page_and_its_api_ask_for_it(model_path):
    with serve(model_path, "--auth", "ann:secret") as (address, _):
        assert httpx.get(f"{address}config").status_code == 401
        api = f"{address}gradio_api/call/predict_image"
        assert httpx.post(api, json={"data": [None]}).status_code == 401
        with httpx.Client(base_url=address) as visitor:
            login = {"username": "ann", "password": "wrong"}
            assert visitor.post("login", data=login).status_code == 401
            assert visitor.post("login", data=login | {"password": "secret"}).status_code == 200
            assert visitor.get("config").status_code == 200


def files():
    folders = ("web", "fer_system", "models", "emojis")
    return {path for folder in folders for path in (REPOSITORY / folder).rglob("*")}


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without letting it clean up")
def test_the_page_starts_anywhere_and_leaves_no_file_behind(model_path, tmp_path):
    before = files()
    work, temporary = tmp_path / "work", tmp_path / "temporary"
    work.mkdir()
    temporary.mkdir()
    quiet = {"PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(temporary)}
    with serve(model_path, cwd=work, **quiet) as (address, _):
        assert httpx.get(address).status_code == 200
        assert list(temporary.iterdir())
    assert files() == before
    assert not list(work.iterdir())
    assert not list(temporary.iterdir())


def imported_after(code):
    """The top-level modules that a fresh Python holds after running `code`."""
    code += "\nimport sys, json; print(json.dumps([name.split('.')[0] for name in sys.modules]))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_importing_app_imports_nothing_heavy():
    assert not imported_after("import app") & {"gradio", "cv2", "numpy", "onnxruntime", "PIL"}


def test_the_page_never_imports_what_only_training_needs(model_path):
    code = (
        "from fer_system import Recognizer; from web.page import build_app\n"
        f"build_app(Recognizer(model={str(model_path)!r}, detector='haar'), 60)"
    )
    assert not imported_after(code) & {"tensorflow", "keras", "mlflow", "dvc", "pipeline"}
