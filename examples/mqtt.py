"""Tell a home by MQTT what a camera shows: how many faces, and how many with each emotion.

    fer camera 0 | python examples/mqtt.py HOST[:PORT] TOPIC

TOPIC gets, whenever it changes, and keeps for whoever asks later, a JSON object such as
{"faces": 2, "uncertain": 1, "happy": 1, "sad": 0, ...}. TOPIC/available is "online", or "offline"
while the camera is lost or nobody tells any more. The variables MQTT_USER and MQTT_PASSWORD give a
login. Needs `pip install "paho-mqtt>=2.1,<3"`.
"""

import argparse
import json
import os
import re
import sys
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

Record = dict[str, Any]

LONGEST_PAUSE = 60
"""Seconds between two attempts to reach the broker, at most: they are 1, 2, 4 ... apart."""


def moments(lines: Iterable[str]) -> Iterator[list[Record]]:
    """The records of `fer camera` that belong together: those of one time, or one without a face.

    The faces of a moment are known to be all when the next moment comes.
    """
    faces: list[Record] = []
    for record in map(json.loads, lines):
        if faces and record["time"] != faces[0]["time"]:
            yield faces
            faces = []
        if record["face"] is None:
            yield [record]
        else:
            faces.append(record)
    if faces:
        yield faces


def summary(moment: list[Record]) -> dict[str, int]:
    """How many faces there are, and with each emotion; those in doubt count as uncertain."""
    faces = [record for record in moment if record["face"] is not None]
    shown = Counter("uncertain" if face["uncertain"] else face["label"] for face in faces)
    names = ("uncertain", *moment[0]["probabilities"])
    return {"faces": len(faces)} | {name: shown[name] for name in names}


def discovery(topic: str) -> tuple[str, str]:
    """Topic and text by which Home Assistant finds out what the messages under `topic` are."""
    # Home Assistant passes over a topic with letters beyond ASCII.
    plain = topic.encode("ascii", "backslashreplace").decode()
    name = re.sub(r"\W+", "_", plain)
    sensor = {
        "name": f"Faces in {topic}",
        "unique_id": name,
        "state_topic": topic,
        "value_template": "{{ value_json.faces }}",
        "json_attributes_topic": topic,
        "availability_topic": f"{topic}/available",
    }
    return f"homeassistant/sensor/{name}/config", json.dumps(sensor)


class Board:
    """What is pinned under topics; the broker is told anew whenever it is reached again."""

    def __init__(self, client: Client, broker: str) -> None:
        self._client, self._broker = client, broker
        self._pinned: dict[str, str] = {}
        self._lock = threading.Lock()  # the client calls back from a thread of its own
        self._trouble = ""
        client.on_connect, client.on_disconnect = self._connected, self._disconnected
        client.on_connect_fail = lambda *_: self._complain("cannot be reached")

    def pin(self, topic: str, text: str) -> None:
        """Have the broker keep `text` under `topic`, at once or when it is reached."""
        with self._lock:
            if self._pinned.get(topic) != text:
                self._pinned[topic] = text
                self._client.publish(topic, text, retain=True)

    def _connected(self, *told: Any) -> None:  # noqa: ANN401
        if (code := told[3]).is_failure:
            self._complain(f"refuses ({code}; MQTT_USER and MQTT_PASSWORD give a login)")
            return
        if self._trouble:
            print(f"{self._broker} is reached.", file=sys.stderr)
        self._trouble = ""
        with self._lock:
            for topic, text in self._pinned.items():
                self._client.publish(topic, text, retain=True)

    def _disconnected(self, *told: Any) -> None:  # noqa: ANN401
        if told[3].is_failure and not self._trouble:  # after a refusal comes this too
            self._complain("cannot be reached")

    def _complain(self, trouble: str) -> None:
        """Tell of a trouble, once until it is over or another one comes."""
        if trouble != self._trouble:
            waiting = f"it is tried again after 1, 2, 4 ... {LONGEST_PAUSE} seconds"
            print(f"{self._broker} {trouble}; {waiting}.", file=sys.stderr)
        self._trouble = trouble


def address(text: str) -> tuple[str, int]:
    """Host and port of a broker."""
    host, _, port = text.partition(":")
    if not host or not 0 < int(port or 1883) < 2**16:
        raise ValueError
    return host, int(port or 1883)


def topic(text: str) -> str:
    """A topic under which something can be told, unlike one with wildcards."""
    if not text or re.search(r"[#+\0]", text):
        raise ValueError
    return text


def parse_flags() -> argparse.Namespace:
    """The command line; a wrong flag ends the program with exit code 2."""
    parser = argparse.ArgumentParser(prog="mqtt.py", description=__doc__.partition("\n")[0])
    parser.add_argument(
        "broker", type=address, metavar="HOST[:PORT]", help="the MQTT broker (default port: 1883)"
    )
    parser.add_argument("topic", type=topic, metavar="TOPIC", help="such as home/kitchen/faces")
    parser.add_argument(
        "--home-assistant", action="store_true", help="also tell Home Assistant of this sensor"
    )
    return parser.parse_args()


def main() -> int:
    """Tell of stdin's records until they end; returns the exit code."""
    flags = parse_flags()
    available = f"{flags.topic}/available"
    client = Client(CallbackAPIVersion.VERSION2)
    if user := os.environ.get("MQTT_USER"):
        client.username_pw_set(user, os.environ.get("MQTT_PASSWORD"))
    client.will_set(available, "offline", retain=True)
    client.reconnect_delay_set(1, LONGEST_PAUSE)
    client.connect_async(*flags.broker)
    board = Board(client, "{}:{}".format(*flags.broker))
    client.loop_start()
    try:
        if flags.home_assistant:
            board.pin(*discovery(flags.topic))
        for moment in moments(sys.stdin):
            lost = moment[0]["error"] is not None
            board.pin(available, "offline" if lost else "online")
            board.pin(flags.topic, json.dumps(summary(moment)))
    except (ValueError, KeyError, TypeError):
        print("mqtt.py: stdin has no records of `fer camera`, as JSON.", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    finally:
        board.pin(available, "offline")
        client.disconnect()
        client.loop_stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
