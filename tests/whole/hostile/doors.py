"""The doors of the system: each tries a hostile input there, and tells what became of it."""

from __future__ import annotations

import base64
import json
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

import httpx

from tests.whole.hostile.pictures import MARK, Input
from tests.whole.hostile.requests import UNFINISHED, visitor
from tests.whole.hostile.target import (
    API,
    ROOT,
    SAID,
    UNSAID,
    Outcome,
    Target,
    excerpt,
    judged,
    leak,
    refusal,
)

# Doors of the server: each takes a target, an input and a limit in seconds


def _forwarded(content: bytes) -> dict[str, str]:
    return {"X-Forwarded-For": visitor(content)}


class Answer(NamedTuple):
    """What came back: the status of HTTP, the text and its content type."""

    status: int
    said: str
    kind: str


def asked(target: Target, method: str, place: str, limit: float, **options: Any) -> Answer:
    """The answer to a request; httpx.ReadTimeout where it goes on for longer than the limit.

    httpx itself waits on as long as anything comes, such as the signs of life of a stream.
    """
    end, said = time.monotonic() + limit, bytearray()
    with target.client.stream(method, place, timeout=limit, **options) as stream:
        for part in stream.iter_bytes():
            said += part
            if time.monotonic() > end:
                raise httpx.ReadTimeout(f"more than {limit:.0f} s")
        kind = stream.headers.get("content-type", "")
        return Answer(stream.status_code, said.decode("utf-8", "replace"), kind)


def upload(target: Target, sent: Input, limit: float) -> httpx.Response:
    """Hand the input over as a file."""
    files = {"files": (sent.name, sent.content)}
    headers = _forwarded(sent.content)
    return target.client.post("gradio_api/upload", files=files, headers=headers, timeout=limit)


Sender = Callable[[Target, Input, Any, float], Outcome]


def _with_upload(send: Sender) -> Door:
    """The door at which an input is first uploaded, and then worked on by `send`."""

    def door(target: Target, sent: Input, limit: float) -> Outcome:
        answer = upload(target, sent, limit)
        if answer.status_code != 200:
            return judged(target, answer.status_code, answer.text)
        path = answer.json()[0]
        file = {"path": path, "orig_name": sent.name, "meta": {"_type": "gradio.FileData"}}
        return send(target, sent, file, limit)

    return door


def kind_of(sent: Input) -> str:
    """Which of the page's tabs a file is for, by its name."""
    suffix = Path(sent.name).suffix
    if suffix == ".zip":
        return "folder-input"
    videos = (".mp4", ".mkv", ".avi", ".webm", ".ts", ".m3u8", ".sdp", ".mpd", ".txt")
    return "video-input" if suffix in videos else "picture-input"


def by_page(target: Target, sent: Input, file: Any, limit: float) -> Outcome:
    """As the page itself sends it, by Gradio's queue."""
    component = kind_of(sent)
    function, trigger = target.functions[component]
    given = {"picture-input": file, "folder-input": [file], "video-input": file}
    session = f"hostile{threading.get_ident()}{time.monotonic_ns()}"
    fields = {"fn_index": function, "trigger_id": trigger, "session_hash": session}
    headers, end = _forwarded(sent.content), time.monotonic() + limit
    joined = target.client.post(
        "gradio_api/queue/join",
        json={"data": [given[component], 0.5], **fields},  # and a threshold
        headers=headers,
        timeout=limit,
    )
    if joined.status_code != 200:
        return judged(target, joined.status_code, joined.text)
    query, answered = {"session_hash": session}, False
    with target.client.stream(
        "GET", "gradio_api/queue/data", params=query, headers=headers, timeout=limit
    ) as stream:
        for line in stream.iter_lines():
            message = json.loads(line[5:]) if line.startswith("data:") else {}
            if message.get("msg") == "process_completed":
                output = message["output"]
                if not message["success"]:
                    return refusal(target, output.get("error"))
                return _shown(target, json.dumps(output.get("data")))
            answered |= message.get("msg") == "process_generating"
            if time.monotonic() > end:
                break
    return Outcome("2xx", "still working") if answered else Outcome("hang", f"{limit:.0f} s")


def _shown(target: Target, said: str) -> Outcome:
    """The verdict on what the page shows: HTML."""
    if MARK in said:
        return Outcome("script", excerpt(said, MARK))
    return leak(target, said, refused=False) or Outcome("2xx")


def by_call(target: Target, sent: Input, file: Any, limit: float) -> Outcome:
    """As a program sends it, by the API."""
    endpoint = API[kind_of(sent)]
    data = [file, 0.5] if endpoint == "predict_video" else [file]
    body = json.dumps({"data": data}).encode()
    return called(target, endpoint, body, sent.content, limit)


def by_folder(target: Target, sent: Input, file: Any, limit: float) -> Outcome:
    """As one of many pictures."""
    body = json.dumps({"data": [[file, file]]}).encode()
    return called(target, "predict_images", body, sent.content, limit)


def called(target: Target, endpoint: str, body: bytes, of: bytes, limit: float) -> Outcome:
    """Call an endpoint of the API and wait for its last event, as the visitor who sends `of`."""
    headers, end = _forwarded(of), time.monotonic() + limit
    place = f"gradio_api/call/{quote(endpoint)}"
    kind = {"Content-Type": "application/json"}
    answer = target.client.post(place, content=body, headers=headers | kind, timeout=limit)
    if answer.status_code != 200:
        return judged(target, answer.status_code, answer.text)
    event, answered = "", False
    place = f"{place}/{answer.json()['event_id']}"
    with target.client.stream("GET", place, headers=headers, timeout=limit) as stream:
        for line in stream.iter_lines():
            if line.startswith("event:"):
                event = line[6:].strip()
                answered |= event == "generating"
            elif line.startswith("data:") and event == "complete":
                return leak(target, line, refused=False) or Outcome("2xx")
            elif line.startswith("data:") and event == "error":
                told = json.loads(line[5:])
                return refusal(target, told.get("error") if isinstance(told, dict) else told)
            if time.monotonic() > end:
                break
    return Outcome("2xx", "still working") if answered else Outcome("hang", f"{limit:.0f} s")


def by_payload(target: Target, sent: Input, limit: float) -> Outcome:
    """A body for the endpoint that the input's name begins with."""
    endpoint, _, _ = sent.name.partition("/")
    outcome = called(target, endpoint, sent.content, sent.content, limit)
    # What has not even the form of a file Gradio refuses itself, and tells no reason.
    return Outcome("refused", outcome.note) if outcome.verdict == UNSAID else outcome


def by_live(target: Target, sent: Input, limit: float) -> Outcome:
    """As a webcam's picture; every thread is one visitor."""
    query = f"session=hostile{threading.get_ident()}&time={time.monotonic()}"
    headers = _forwarded(sent.content)
    answer = asked(target, "POST", f"live?{query}", limit, content=sent.content, headers=headers)
    return judged(target, *answer)


TOOLS = {
    "picture-input": ("predict_image", "picture"),
    "folder-input": ("predict_images", "files"),
    "video-input": ("predict_video", "path"),
}


def by_tool(target: Target, sent: Input, limit: float) -> Outcome:
    """As a chat assistant sends it, within a data address."""
    tool, argument = TOOLS[kind_of(sent)]
    packed = base64.b64encode(sent.content).decode()
    arguments = {argument: f"data:application/octet-stream;base64,{packed}"}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call",
               "params": {"name": tool, "arguments": arguments}}  # fmt: skip
    headers = {"Accept": "application/json, text/event-stream"} | _forwarded(sent.content)
    answer = asked(target, "POST", "gradio_api/mcp/", limit, json=message, headers=headers)
    outcome = judged(target, *answer)
    wrong = outcome.verdict == "2xx" and '"isError":true' in answer.said
    return Outcome("refused") if wrong else outcome


def by_storage(target: Target, sent: Input, limit: float) -> Outcome:
    """What the page hands out again of a file that was uploaded: nothing that a browser runs."""
    stored = upload(target, sent, limit)
    if stored.status_code != 200:
        return judged(target, stored.status_code, stored.text)
    place = f"gradio_api/file={stored.json()[0]}"
    answer = target.client.get(place, headers=_forwarded(sent.content), timeout=limit)
    kind = answer.headers.get("content-type", "")
    shown = "attachment" not in answer.headers.get("content-disposition", "")
    if shown and any(risky in kind for risky in ("html", "svg", "xml", "javascript")):
        return Outcome("script", f"is served as {kind}")
    return Outcome("2xx" if answer.status_code < 400 else "4xx")


def by_raw(target: Target, sent: Input, limit: float) -> Outcome:
    """Bytes as they are, through a socket."""
    place, waits = urlsplit(target.address), UNFINISHED in sent.name
    end = time.monotonic() + (3 if waits else limit)
    with socket.create_connection((place.hostname or "", place.port or 80), limit) as connection:
        answer = b""
        try:
            connection.sendall(sent.content)
            while not _whole(answer):
                # After the head, what comes no more within two seconds is a stream of events.
                rest = end - time.monotonic()
                connection.settimeout(max(0.1, min(rest, 2) if b"\r\n\r\n" in answer else rest))
                part = connection.recv(1 << 16)
                answer += part
                if not part or len(answer) > SAID:
                    break
        except TimeoutError:
            if not answer and not waits:
                return Outcome("hang", f"{limit:.0f} s")
        except OSError:  # it hangs up on what is too long
            pass
    status = re.match(rb"HTTP/1\.[01] (\d{3})", answer)
    if not status:
        return Outcome("closed")
    head, _, body = answer.partition(b"\r\n\r\n")
    kind = re.search(rb"(?im)^content-type: *([^\r]*)", head)
    return judged(
        target, int(status[1]), body.decode("utf-8", "replace"), kind[1].decode() if kind else ""
    )


def _whole(answer: bytes) -> bool:
    """Whether an answer has all the bytes that its head announces."""
    head, parted, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"(?im)^content-length: *(\d+)", head)
    if parted and length:
        return len(body) >= int(length[1])
    return bool(parted) and body.endswith(b"0\r\n\r\n")


# Doors that need no server


def _safe_file(folder: str, sent: Input) -> Path:
    suffix = Path(sent.name).suffix
    path = Path(folder, f"input{suffix if suffix.isascii() and len(suffix) < 9 else ''}")
    path.write_bytes(sent.content)
    return path


def by_command(target: Target, sent: Input, limit: float) -> Outcome:
    """By the command line."""
    with TemporaryDirectory() as folder:
        path = _safe_file(folder, sent)
        command = [sys.executable, "-m", "fer_system", str(path), "--json"]
        flags = ["--model", str(target.model), "--detector", target.detector]
        try:
            done = subprocess.run(
                [*command, *flags], cwd=ROOT, capture_output=True, timeout=limit, check=False
            )
        except subprocess.TimeoutExpired:
            return Outcome("hang", f"{limit:.0f} s")
    complaint = done.stderr.decode("utf-8", "replace")
    if done.returncode not in (0, 1) or "Traceback" in complaint:
        return Outcome("crash", f"exit code {done.returncode}: {complaint[-200:]}")
    return Outcome("refused" if done.returncode else "2xx", complaint[:200])


def answer_as_library(jobs: Connection, model: Path, detector: str) -> None:
    """Read the files whose paths come over `jobs`, by the library's own functions, one by one."""
    from fer_system import RecognitionError, Recognizer, annotate_video, load_picture
    from fer_system.folder import open_pictures, recognize

    recognizer = Recognizer(model, detector)
    while path := jobs.recv():
        try:
            if path.suffix == ".zip":
                with open_pictures([path], 10_000) as (entries, _):
                    for entry in entries:
                        recognize(recognizer, entry)
            elif kind_of(Input(path.name, b"")) == "video-input":
                for _ in annotate_video(path, path.with_name("out.mp4"), recognizer):
                    pass
            else:
                load_picture(path)
                recognizer(path.read_bytes())
            jobs.send(Outcome("2xx"))
        except RecognitionError as error:
            jobs.send(Outcome("refused", str(error)[:200]))
        except Exception as error:  # the fault that is looked for
            jobs.send(Outcome("crash", repr(error)[:200]))


class Library:
    """The library in a process of its own, which is replaced where it crashes or hangs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._started: tuple[Any, Connection] | None = None

    def __call__(self, target: Target, sent: Input, limit: float) -> Outcome:
        """By the library's functions; one input after the other."""
        with self._lock, TemporaryDirectory() as folder:
            path = _safe_file(folder, sent)
            process, jobs = self._started or self._start(target)
            try:
                jobs.send(path)
                if jobs.poll(limit):
                    return jobs.recv()
                self.close()
                return Outcome("hang", f"{limit:.0f} s")
            except (EOFError, OSError):
                process.join()
                self.close()
                return Outcome("crash", f"exit code {process.exitcode}")

    def _start(self, target: Target) -> tuple[Any, Connection]:
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        arguments = (theirs, target.model, target.detector)
        process = context.Process(target=answer_as_library, args=arguments, daemon=True)
        process.start()
        theirs.close()
        self._started = process, ours
        return process, ours

    def close(self) -> None:
        """End the process."""
        if self._started:
            self._started[0].kill()
            self._started[0].join()
            self._started = None


Door = Callable[[Target, Input, float], Outcome]
LIBRARY = Library()
DOORS: dict[str, Door] = {
    "page": _with_upload(by_page),
    "call": _with_upload(by_call),
    "folder": _with_upload(by_folder),
    "stored": by_storage,
    "payload": by_payload,
    "live": by_live,
    "tool": by_tool,
    "raw": by_raw,
    "library": LIBRARY,
    "command": by_command,
}
