"""What a camera shows, told by examples/mqtt.py to a real broker."""

import json
import os
import queue
import re
import runpy
import shutil
import signal
import subprocess
import sys
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.clips import steady, write_clip
from tests.mlflow_server import free_port

client = pytest.importorskip("paho.mqtt.client", reason="paho-mqtt is not installed: `make home`")

ROOT = Path(__file__).parents[2]
SECONDS = 120
"""Longer than any answer takes on a busy machine."""
SBIN = f"{os.environ['PATH']}:/usr/sbin"
TOPIC = "home/kitchen"
CLASSES = ("happy", "sad")


@pytest.fixture(scope="module")
def mosquitto():
    path = shutil.which("mosquitto", path=SBIN)
    if not path:
        pytest.skip("no MQTT broker: install the package mosquitto (make home)")
    return path


@contextmanager
def broker(mosquitto, folder, port, login=None):
    """A broker at `port` of this computer, for all or for who has the login."""
    lines = [f"listener {port} 127.0.0.1", f"allow_anonymous {'false' if login else 'true'}"]
    if login:
        passwords = folder / "passwords"
        lines += [f"password_file {passwords}", "user root"]
        tool = shutil.which("mosquitto_passwd", path=SBIN)
        subprocess.run([tool, "-b", "-c", passwords, *login], check=True)
    (folder / "mosquitto.conf").write_text("\n".join([*lines, ""]))
    line = [mosquitto, "-c", folder / "mosquitto.conf"]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            for printed in process.stdout:
                if b" running" in printed:
                    break
            yield process
        finally:
            process.kill()


class Listener:
    """Somebody at home who is told of everything under TOPIC."""

    def __init__(self, port, login=None):
        self._told = defaultdict(queue.Queue)
        self.client = client.Client(client.CallbackAPIVersion.VERSION2)
        self.client.on_connect = lambda *_: self.client.subscribe(f"{TOPIC}/#")
        self.client.on_message = lambda *told: self._told[told[2].topic].put(told[2])
        if login:
            self.client.username_pw_set(*login)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()

    def wait_for(self, topic, wanted):
        """The next message under `topic` for whose text `wanted` holds."""
        while True:
            message = self._told[topic].get(timeout=SECONDS)
            if wanted(message.payload.decode()):
                return message

    def state(self, **wanted):
        """Wait until TOPIC tells so many."""
        return self.wait_for(TOPIC, lambda text: wanted.items() <= json.loads(text).items())

    def available(self, word):
        """Wait until TOPIC/available is `word`."""
        return self.wait_for(f"{TOPIC}/available", lambda text: text == word)

    def leave(self):
        self.client.disconnect()
        self.client.loop_stop()


@contextmanager
def listening(port, login=None):
    listener = Listener(port, login)
    try:
        yield listener
    finally:
        listener.leave()


@contextmanager
def telling(port, *flags, **environment):
    """The example, which tells of the records that are written to its stdin."""
    line = [sys.executable, ROOT / "examples" / "mqtt.py", f"127.0.0.1:{port}", TOPIC, *flags]
    with subprocess.Popen(
        line,
        text=True,
        bufsize=1,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | environment,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def write(process, time, *labels, error=None):
    """Write the records of faces that are seen at `time`; None stands for one in doubt."""
    rows = [(place, label) for place, label in enumerate(labels, start=1)] or [(None, None)]
    for face, label in rows:
        record = {"time": time, "face": face, "label": label or "sad", "uncertain": label is None}
        record |= {"probabilities": dict.fromkeys(CLASSES, 0.5), "error": error}
        process.stdin.write(json.dumps(record) + "\n")


def test_whoever_asks_late_is_told_what_the_camera_shows_and_that_nobody_tells_any_more(
    mosquitto, model_path, tmp_path
):
    film, port = write_clip(tmp_path / "room.mp4", steady(3000)), free_port()
    line = [sys.executable, "-m", "fer_system", "camera", film]
    line += ["--model", model_path, "--detector", "haar"]
    with broker(mosquitto, tmp_path, port), telling(port) as example:
        camera = subprocess.Popen(line, cwd=ROOT, stdout=example.stdin)
        with listening(port) as early:
            told = json.loads(early.state(faces=1).payload)
        assert sum(told.values()) == 2, "the face, and what it shows"
        with listening(port) as late:
            assert late.state(faces=1).retain
            assert late.available("online").retain
            camera.terminate()
            assert camera.wait(timeout=SECONDS) == 0
            example.stdin.close()
            late.available("offline")
        assert example.wait(timeout=SECONDS) == 0
        assert example.stderr.read() == ""


def test_the_command_of_the_document(documented, mosquitto, tmp_path):
    [block] = documented
    film, port = write_clip(tmp_path / "room.mp4", steady(3000)), free_port()
    line = block.code
    for word, becomes in {
        "fer camera": f"{sys.executable} -m fer_system camera",
        "rtsp://HOST/PATH": str(film),
        "python examples": f"{sys.executable} examples",
        "BROKER": f"127.0.0.1:{port}",
    }.items():
        assert word in line
        line = line.replace(word, becomes)
    assert TOPIC in line
    with broker(mosquitto, tmp_path, port), listening(port) as home:
        process = subprocess.Popen(["sh", "-c", line], cwd=ROOT, start_new_session=True)
        try:
            home.state(faces=1)
            sensor = "homeassistant/sensor/home_kitchen/config"
            home.client.subscribe(sensor)
            assert home.wait_for(sensor, lambda text: TOPIC in text)
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=SECONDS)


def test_faces_of_one_time_are_counted_together_and_an_outage_is_told(mosquitto, tmp_path):
    port = free_port()
    with broker(mosquitto, tmp_path, port), telling(port) as example, listening(port) as home:
        write(example, 1.0, "happy", "happy", None)
        write(example, 2.0, "happy")
        expected = {"faces": 3, "uncertain": 1, "happy": 2, "sad": 0}
        assert json.loads(home.state(faces=3).payload) == expected
        write(example, 3.0)
        home.state(faces=1)
        home.state(faces=0, happy=0)
        write(example, 4.0, error="The camera sends no more pictures.")
        home.available("offline")
        write(example, 5.0)
        home.available("online")


def test_what_is_killed_is_told_to_be_offline(mosquitto, tmp_path):
    port = free_port()
    with broker(mosquitto, tmp_path, port), telling(port) as example, listening(port) as home:
        write(example, 1.0)
        home.available("online")
        example.kill()
        home.available("offline")


def test_ctrl_c_tells_that_nobody_tells_any_more(mosquitto, tmp_path):
    port = free_port()
    with broker(mosquitto, tmp_path, port), telling(port) as example, listening(port) as home:
        write(example, 1.0)
        home.available("online")
        example.send_signal(signal.SIGINT)
        home.available("offline")
        assert (example.wait(timeout=SECONDS), example.stderr.read()) == (130, "")


def test_a_broker_that_is_not_there_is_waited_for_and_told_all_when_it_comes(mosquitto, tmp_path):
    port = free_port()
    waiting = "it is tried again after 1, 2, 4 ... 60 seconds.\n"
    with telling(port, "--home-assistant") as example:
        write(example, 1.0, "happy")
        write(example, 2.0)
        complaint = f"127.0.0.1:{port} cannot be reached; {waiting}"
        assert example.stderr.readline() == complaint
        with broker(mosquitto, tmp_path, port), listening(port) as home:
            home.state(faces=0)
            home.available("online")
        assert example.stderr.readline() == f"127.0.0.1:{port} is reached.\n"
        assert example.stderr.readline() == complaint
        with broker(mosquitto, tmp_path, port), listening(port) as home:
            assert home.state(faces=0)
            sensor = "homeassistant/sensor/home_kitchen/config"
            home.client.subscribe(sensor)
            told = json.loads(home.wait_for(sensor, lambda text: True).payload)
            assert (told["state_topic"], told["availability_topic"]) == (
                TOPIC,
                f"{TOPIC}/available",
            )


def test_home_assistant_can_tell_sensors_apart_whatever_their_rooms_are_called():
    discovery = runpy.run_path(str(ROOT / "examples" / "mqtt.py"))["discovery"]
    rooms = ("home/kitchen", "home/k\u00fcche", "home/\u53a8\u623f", "home/\u5ba2\u5385")
    topics = {discovery(room)[0] for room in rooms}
    assert len(topics) == len(rooms)
    for topic in topics:  # as Home Assistant's own pattern has it
        assert re.fullmatch(r"homeassistant/sensor/[a-zA-Z0-9_-]+/config", topic)


def test_a_broker_wants_a_login(mosquitto, tmp_path):
    port, login = free_port(), ("ann", "secret")
    with broker(mosquitto, tmp_path, port, login), listening(port, login) as home:
        with telling(port, MQTT_USER="ann", MQTT_PASSWORD="guessed") as example:
            complaint = example.stderr.readline()
            assert "refuses (Not authorized; MQTT_USER and MQTT_PASSWORD give a login)" in complaint
            assert "guessed" not in complaint
        with telling(port, MQTT_USER="ann", MQTT_PASSWORD="secret") as example:
            write(example, 1.0)
            home.available("online")


def test_wrong_usage_and_other_input_are_sentences_and_exit_code_2(subtests):
    program = [sys.executable, ROOT / "examples" / "mqtt.py"]
    for arguments, text, words in [
        (["127.0.0.1:port", TOPIC], "", "argument HOST[:PORT]: invalid address value"),
        (["127.0.0.1:99999", TOPIC], "", "argument HOST[:PORT]: invalid address value"),
        (["127.0.0.1", "home/#"], "", "argument TOPIC: invalid topic value"),
        (["127.0.0.1:9", TOPIC], "source,time\n", "stdin has no records of `fer camera`, as JSON."),
        (["127.0.0.1:9", TOPIC], "7\n", "stdin has no records of `fer camera`, as JSON."),
    ]:
        with subtests.test(arguments=arguments, text=text):
            done = subprocess.run(
                [*program, *arguments], input=text, capture_output=True, text=True, timeout=SECONDS
            )
            assert done.returncode == 2
            assert words in done.stderr
            assert "Traceback" not in done.stderr
