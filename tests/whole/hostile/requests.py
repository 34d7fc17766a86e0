"""Hostile requests: what is sent to the server besides files."""

from __future__ import annotations

import itertools
import json
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from tests.whole.hostile.pictures import MARK, NAMES, Input, valid

HOST = "page.example"
ENDPOINTS = ("predict_image", "predict_images", "predict_video")
UNFINISHED = "unfinished"
"""Requests so called leave the server waiting: it need not answer them."""


def visitor(content: bytes) -> str:
    """An address that these bytes come from: each hostile visitor has its own."""
    number = zlib.crc32(content)
    return f"198.{18 + (number >> 16 & 1)}.{number >> 8 & 255}.{number & 255}"


def request(
    method: str,
    path: str,
    body: bytes = b"",
    length: object = None,
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """A request as bytes; nothing is escaped, and `length` may lie about the body."""
    told = len(body) if length is None else length
    lines = {
        "Host": HOST,
        "X-Forwarded-For": visitor(path.encode("utf-8", "replace") + body),
        "Connection": "close",
        "Content-Length": told,
        **(headers or {}),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("utf-8", "replace") + body


# API


def _nested(depth: int) -> bytes:
    return b'{"data": ' + b"[" * depth + b"]" * depth + b"}"


def values() -> dict[str, Any]:
    """What an endpoint gets in place of a file."""
    marked = {"meta": {"_type": "gradio.FileData"}}
    paths = (
        "/etc/passwd",
        "../../../../../../etc/passwd",
        "app.py",
        "/proc/self/environ",
        "/proc/self/mem",
        "/dev/zero",
        "/dev/stdin",
        "/",
        "",
        "\0",
        "x" * 5000,
        "file:///etc/passwd",
        "http://127.0.0.1:1/x.png",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]:1/x.png",
        "ftp://127.0.0.1/x",
        "gopher://127.0.0.1:1/_x",
        "models/best.onnx",
        MARK,
        "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "C:\\Windows\\win.ini",
        "\\\\127.0.0.1\\share\\x.png",
    )
    urls = (
        "data:image/png;base64,%%%",
        "data:image/png;base64,",
        "data:",
        "data:;base64," + "A" * 100_001,
        "data:text/html,<script>hostile()</script>",
        "data:image/svg+xml;base64,PHN2Zy8+",
        "data:" + "x" * 100_000,
    )
    plain: tuple[object, ...] = (
        None,
        True,
        0,
        -1,
        1e308,
        10**40,
        "",
        "x" * 1_000_000,
        [],
        {},
        [[]],
        [None] * 5000,
    )
    found: dict[str, Any] = {f"value {number}": value for number, value in enumerate(plain)}
    for number, path in enumerate(paths):
        found[f"marked path {number}"] = {"path": path, **marked}
        found[f"path {number}"] = {"path": path}
        found[f"address {number}"] = {"path": "", "url": path, **marked}
    for number, url in enumerate(urls):
        found[f"data address {number}"] = {"path": None, "url": url}
    found["path as number"] = {"path": 7, **marked}
    found["path as list"] = {"path": ["/etc/passwd"], **marked}
    found["a thousand files"] = [{"path": "/etc/passwd", **marked}] * 1000
    found["stream"] = {"path": "/etc/passwd", "is_stream": True, **marked}
    found["prototype"] = {"__proto__": {"path": "/etc/passwd"}, "__class__": "x"}
    return found


def bodies() -> dict[str, bytes]:
    """Bodies that are no list of values, or hardly."""
    return {
        "nothing": b"",
        "no JSON": b"{",
        "text": b'"text"',
        "list": b"[]",
        "null": b"null",
        "no data": b"{}",
        "empty data": b'{"data": []}',
        "data as text": b'{"data": "text"}',
        "data as object": b'{"data": {"0": 1}}',
        "nested a thousand times": _nested(1000),
        "nested a hundred thousand times": _nested(100_000),
        "not a number": b'{"data": [NaN, Infinity, -Infinity]}',
        "a number of 5,000 digits": b'{"data": [' + b"9" * 5000 + b"]}",
        "half a character": b'{"data": ["\\ud800"]}',
        "no UTF-8": b'{"data": ["\xff\xfe"]}',
        "zero bytes": bytes(1000),
        "100,000 values": json.dumps({"data": [0] * 100_000}).encode(),
        "the same key": b'{"data": [1], "data": [2]}',
        "session of 1 MB": json.dumps({"data": [None], "session_hash": "s" * 1_000_000}).encode(),
        "event data": b'{"data": [null], "event_data": {"target": "x", "_data": []}}',
        "batched": b'{"data": [[null]], "batched": true}',
        "function": b'{"data": [null], "fn_index": -1, "trigger_id": 99999}',
        "request": b'{"data": [null], "request": {"headers": {"x": "y"}}, "simple_format": 7}',
    }


THRESHOLDS: tuple[object, ...] = (
    None,
    "high",
    -1,
    7,
    float("nan"),
    float("inf"),
    [],
    {"value": 1},
    10**400,
    MARK,
)


def payloads() -> Iterator[Input]:
    """Bodies of calls to the API, by the endpoint that the name begins with."""
    for endpoint in ENDPOINTS:
        rest = [0.5] if endpoint == "predict_video" else []
        for name, value in values().items():
            yield Input(f"{endpoint}/{name}", json.dumps({"data": [value, *rest]}).encode())
        for name, body in bodies().items():
            yield Input(f"{endpoint}/{name}", body)
    for number, value in enumerate(THRESHOLDS):
        body = json.dumps({"data": [None, value]}).encode()
        yield Input(f"predict_video/threshold {number}", body)
    for endpoint in ("nothing", "..", "%2e%2e", "__init__", "_show", "lambda", "0", "-1", MARK):
        yield Input(f"{endpoint}/", b'{"data": []}')


def queue_requests() -> Iterator[Input]:
    """What the page itself sends, with functions and sessions that there are not."""
    numbers: tuple[object, ...] = (-1, 0, 3, 99, 10**30, "3", None, 1.5, [], {}, True)
    for number in numbers:
        fields = {"data": [None], "fn_index": number, "session_hash": f"hostile {number}"}
        yield _posted(f"function {number!r}", "/gradio_api/queue/join", fields)
    for name, session in {
        "none": None,
        "of 1 MB": "s" * 1_000_000,
        "zero byte": "a\0b",
        "path": "../../etc/passwd",
        "script": MARK,
        "number": 7,
        "list": ["a"],
    }.items():
        fields = {"data": [], "fn_index": 3, "session_hash": session}
        yield _posted(f"session {name}", "/gradio_api/queue/join", fields)
    for name, body in bodies().items():
        for place in ("queue/join", "run/predict_image", "cancel", "reset", "component_server"):
            raw = request("POST", f"/gradio_api/{place}", body, headers=JSON)
            yield Input(f"{place} {name}", raw)
    for name, component in {"known": 5, "none": None, "negative": -1, "text": "x"}.items():
        for function in ("__init__", "postprocess", "__class__", "preprocess", ""):
            fields = {"data": [], "component_id": component, "fn_name": function,
                      "session_hash": "hostile server"}  # fmt: skip
            label = f"{function or 'no function'} of a component, {name}"
            yield _posted(label, "/gradio_api/component_server", fields)


JSON = {"Content-Type": "application/json"}


def _posted(name: str, path: str, fields: object, **headers: str) -> Input:
    return Input(
        name, request("POST", path, json.dumps(fields).encode(), headers=JSON | dict(headers))
    )


# The webcam's route


def live() -> Iterator[Input]:
    """Pictures of a webcam with wrong values, lengths, kinds and sessions."""
    jpeg = valid("JPEG")

    def posted(query: str, body: bytes = jpeg, method: str = "POST", **more: Any) -> bytes:
        return request(method, f"/live?{query}", body, **more)

    sessions = ("", "short", "x" * 65, "x" * 60_000, "%00" * 8, "..%2f" * 4, "%F0%9F%98%80" * 3,
                "%3Cscript%3Ehostile()", "%ff%fe" * 4, "a&session=bbbbbbbb")  # fmt: skip
    for number, session in enumerate(sessions):
        yield Input(f"session {number}", posted(f"session={session}&time=1"))
    times = (
        "",
        "nan",
        "inf",
        "-1",
        "1e309",
        "soon",
        "0x10",
        "1_0",
        "9" * 400,
        "%D9%A1",
        "1e9",
        "--1",
    )
    for time in times:
        yield Input(f"time {time[:9]}", posted(f"session=hostile-times&time={time}"))
    for threshold in ("", "nan", "2", "-0", "1e-400", "high", "0.5;", "9" * 400):
        query = f"session=hostile-thresholds&time=1&threshold={threshold}"
        yield Input(f"threshold {threshold[:9]}", posted(query))
    query = "session=hostile-bodies&time=1"
    for name, body in {
        "nothing": b"",
        "text": b"no picture",
        "too long": bytes(3 << 20),
        "just too long": bytes((1 << 20) + 1),
        "form": b"a=b&c=d",
        "JSON": b'{"picture": null}',
        "video": b"\0\0\0\x20ftypisom" + bytes(99),
    }.items():
        yield Input(f"body {name}", posted(query, body))
    for kind in ("text/html", "application/json", "multipart/form-data", "x" * 5000, ""):
        yield Input(f"type {kind[:20]}", posted(query, headers={"Content-Type": kind}))
    for length in (0, 10, -1, "many", 2**70, "1, 2", "+5", "0x10"):
        yield Input(f"length {length}", posted(query, length=length))
    yield Input(f"{UNFINISHED} body", posted(query, length=len(jpeg) + 500_000))
    for site in ("cross-site", "same-site", "none", ""):
        yield Input(f"site {site}", posted(query, headers={"Sec-Fetch-Site": site}))
    chunked = {"Transfer-Encoding": "chunked"}
    for name, body in {
        "good": b"5\r\nhello\r\n0\r\n\r\n",
        "negative": b"-5\r\nhello\r\n0\r\n\r\n",
        "huge": b"ffffffffffffffff\r\nhello",
        "without an end": b"5\r\nhello\r\n" * 1000,
        "tiny": b"1\r\nx\r\n" * 50_000 + b"0\r\n\r\n",
    }.items():
        name = f"{UNFINISHED} {name}" if name in ("huge", "without an end") else name
        yield Input(f"{name} chunks", posted(query, body, headers=chunked))
    for method in ("GET", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE"):
        yield Input(f"method {method}", posted(query, b"", method=method))
    for number in range(40):
        yield Input(f"visitor {number}", posted(f"session=hostile-visitor-{number:03}&time=1"))
    for language in ("de,*;q=9", "x" * 9000, "\0", MARK, ",;,;" * 500):
        yield Input(f"language {language[:9]}",
                    posted(query, b"no", headers={"Accept-Language": language}))  # fmt: skip
    yield Input("twice the time", posted("session=hostile-twice&time=1&time=nan"))
    yield Input("10,000 values", posted("session=hostile-many&time=1" + "&a=b" * 10_000))
    forwarded = {"X-Forwarded-For": ", ".join(["10.0.0.1"] * 3000), "X-Forwarded-Proto": "x"}
    yield Input("3,000 proxies", posted(query, headers=forwarded))
    yield Input("a proxy's nonsense", posted(query, headers={"X-Forwarded-For": MARK}))


# HTTP

ROOTS = ("/gradio_api/file=", "/gradio_api/file/", "/file=", "/static/", "/assets/", "/webcam/",
         "/svelte/", "/gradio_api/proxy=", "/gradio_api/custom_component/x/client/component/",
         "/gradio_api/stream/a/b/")  # fmt: skip
TARGETS = (
    "/etc/passwd",
    "../../../../../../../../etc/passwd",
    "..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/%2e%2e/app.py",
    "..%252f..%252fetc%252fpasswd",
    "....//....//etc/passwd",
    "..\\..\\app.py",
    "%5c..%5c..%5capp.py",
    "%00",
    "/etc/passwd%00.png",
    "/proc/self/environ",
    "/proc/self/cwd/app.py",
    "file:///etc/passwd",
    "http://127.0.0.1:1/",
    "http://169.254.169.254/latest/meta-data/",
    "https://hostile.hf.space/",
    "//hostile.example/",
    "%3Cscript%3Ehostile()%3C/script%3E",
    "x" * 5000,
    "",
)
PLACES = (
    "/gradio_api/pwa_icon/100000",
    "/gradio_api/pwa_icon/-1",
    "/gradio_api/pwa_icon/x",
    "/pwa_icon/100000",
    "/pwa_icon/20000",
    "/pwa_icon/0",
    "/manifest.json",
    "/gradio_api/deep_link",
    "/gradio_api/deep_link?session_hash=../../x",
    "/?deep_link=../../../../etc/passwd",
    "/?view=api&__theme=%3Cscript%3Ehostile()",
    "/?__lang=../../x",
    "/gradio_api/vibe-code",
    "/gradio_api/vibe-code/",
    "/gradio_api/monitoring",
    "/monitoring/summary",
    "/gradio_api/profiling/traces",
    "/gradio_api/profiling/summary",
    "/gradio_api/queue/status",
    "/gradio_api/queue/data",
    "/gradio_api/queue/data?session_hash=nobody",
    f"/gradio_api/queue/data?session_hash={'x' * 20000}",
    "/gradio_api/heartbeat/nobody",
    "/gradio_api/startup-events",
    "/gradio_api/upload_progress?upload_id=nobody",
    "/gradio_api/call/predict_image/nobody",
    "/gradio_api/call/predict_image/..%2f..%2fx",
    "/gradio_api/info?serialize=x",
    "/gradio_api/openapi.json",
    "/gradio_api/token",
    "/gradio_api/user",
    "/gradio_api/app_id",
    "/gradio_api/dev/reload",
    "/gradio_api/runs",
    "/gradio_api/run-history/records",
    "/gradio_api/run-history/records/0/0/assets/0",
    "/gradio_api/theme.css",
    "/theme.css?v=%3Cscript%3E",
    "/config",
    "/config/",
    "/docs",
    "/openapi.json",
    "/redoc",
    "/robots.txt",
    "/favicon.ico",
    "/login",
    "/login_check",
    "/logout",
    "/logout?all_session=x",
    "/.git/config",
    "/.env",
    "/app.py",
    "/models/best.onnx",
    "/live",
    "/healthz/../live",
    "/%00",
    "/%ff",
    "//",
    "/" + "a/" * 20_000,
    "*",
    "http://other.example/healthz",
    "healthz",
    "/healthz?" + "a=b&" * 9000,
    "/healthz#x",
    "/\N{BOMB}",
)


def http() -> Iterator[Input]:
    """Addresses that lead out of the page, and requests that are hardly HTTP."""
    for root, target in itertools.product(ROOTS, TARGETS):
        yield Input(f"GET {root}{target}", request("GET", root + target))
    for place in PLACES:
        yield Input(f"GET {place}", request("GET", place))
    for method, place in itertools.product(
        ("TRACE", "PUT", "DELETE", "OPTIONS", "HEAD", "CONNECT", "HOSTILE", "get", "M" * 9000),
        ("/", "/healthz", "/gradio_api/upload"),
    ):
        yield Input(f"{method} {place}", request(method, place))
    for place, fields in {
        "vibe-edit": {"prompt": "delete all files"},
        "vibe-edit/": {"prompt": "x"},
        "undo-vibe-edit": {"hash": "../../x"},
        "vibe-code": {"code": "import os"},
        "vibe-starter-queries": {},
        "process_recording": {"video": "x"},
        "profiling/clear": {},
        "run-history/connect": {"url": "http://127.0.0.1:1/"},
        "stream/nobody": {"data": [None], "event_id": "x", "session_hash": "x"},
        "stream/nobody/close": {},
        "reset": {"event_id": "nobody"},
        "cancel": {"session_hash": "x", "fn_index": 0, "event_id": "x"},
        "login": {"username": "a", "password": "b"},
    }.items():
        yield _posted(f"POST {place}", f"/gradio_api/{place}", fields)
    yield from uploads()
    yield from oddities()


def uploads() -> Iterator[Input]:
    """Forms that are broken, and files whose names are paths."""
    jpeg = valid("JPEG")

    def form(name: str, content: bytes = jpeg, field: str = "files", edge: str = "edge") -> bytes:
        head = f'--{edge}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"'
        head += "\r\nContent-Type: image/jpeg\r\n\r\n"
        return head.encode("utf-8", "replace") + content + f"\r\n--{edge}--\r\n".encode()

    kind = {"Content-Type": "multipart/form-data; boundary=edge"}
    wrong = (*NAMES, "a" * 9000, '"; name="other')
    for number, name in enumerate(wrong):
        raw = request("POST", "/gradio_api/upload", form(name), headers=kind)
        yield Input(f"upload by name {number}", raw)
    whole = form("x.jpg")
    for name, body, headers in [
        ("no boundary", whole, {"Content-Type": "multipart/form-data"}),
        ("another boundary", whole, {"Content-Type": "multipart/form-data; boundary=other"}),
        (
            "a boundary of 70,000",
            whole,
            {"Content-Type": f"multipart/form-data; boundary={'b' * 70000}"},
        ),
        ("JSON", b"{}", JSON),
        ("no end", whole[:-12], kind),
        ("no content", b"", kind),
        ("20,000 fields", b"".join(form("", b"", str(n))[:-10] for n in range(20_000)), kind),
        ("2,000 files", b"".join(form(f"{n}.jpg", b"x")[:-10] for n in range(2000)), kind),
        ("a header of 1 MB", whole.replace(b"image/jpeg", b"x" * 1_000_000), kind),
        ("another field", form("x.jpg", field="else"), kind),
    ]:
        yield Input(f"upload of {name}",
                    request("POST", "/gradio_api/upload", body, headers=headers))  # fmt: skip
    cut = request("POST", "/gradio_api/upload", whole[:500], length=50_000_000, headers=kind)
    yield Input(f"{UNFINISHED} upload", cut)
    progress = request("POST", "/gradio_api/upload?upload_id=../../x", whole, headers=kind)
    yield Input("upload with a path as its number", progress)


def oddities() -> Iterator[Input]:
    """Bytes that a server of HTTP reads with care."""
    health = f"GET /healthz HTTP/1.1\r\nHost: {HOST}\r\n".encode()
    yield Input("header of 100 kB", health + b"X: " + b"x" * 100_000 + b"\r\n\r\n")
    yield Input("5,000 headers", health + b"X: y\r\n" * 5000 + b"\r\n")
    yield Input("header without a name", health + b": x\r\n\r\n")
    yield Input("folded header", health + b"X: y\r\n z\r\nConnection: close\r\n\r\n")
    yield Input("zero byte in a header", health + b"X: a\0b\r\n\r\n")
    yield Input("two hosts", health + b"Host: b\r\nConnection: close\r\n\r\n")
    yield Input("no host", b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n")
    yield Input("HTTP 0.9", b"GET /healthz\r\n\r\n")
    yield Input("HTTP 1.0", b"GET /healthz HTTP/1.0\r\n\r\n")
    yield Input("HTTP 9.9", b"GET /healthz HTTP/9.9\r\n\r\n")
    yield Input("HTTP 2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    yield Input("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500))
    yield Input("noise", b"\xff" * 5000 + b"\r\n\r\n")
    yield Input("zeros", bytes(70_000))
    yield Input("line feeds", b"GET /healthz HTTP/1.1\nHost: x\nConnection: close\n\n")
    yield Input("smuggled", request("POST", "/live?session=hostile-smuggler&time=1",
                                    b"0\r\n\r\nGET /config HTTP/1.1\r\n\r\n",
                                    headers={"Transfer-Encoding": "chunked"}))  # fmt: skip
    yield Input(
        "a thousand requests", (health + b"\r\n") * 1000 + health + b"Connection: close\r\n\r\n"
    )
    yield Input(f"{UNFINISHED} head", health)
    yield Input(f"{UNFINISHED} nothing", b"")
    yield Input("range", request("GET", "/", headers={"Range": "bytes=" + "0-1," * 5000 + "0-1"}))
    yield Input("cookies", request("GET", "/", headers={"Cookie": "a=b;" * 5000}))
    yield Input("other host", request("GET", "/", headers={"Host": f"{MARK}.example"}))
    proxy = {
        "X-Forwarded-Host": f'"{MARK}',
        "X-Forwarded-Proto": "javascript",
        "X-Forwarded-Prefix": MARK,
    }
    yield Input("other proxy", request("GET", "/", headers=proxy))
    socket = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
              "Sec-WebSocket-Key": "aG9zdGlsZWhvc3RpbGUh"}  # fmt: skip
    for place in ("/", "/live", "/gradio_api/queue/join", "/gradio_api/queue/data"):
        yield Input(f"websocket {place}", request("GET", place, headers=socket))
    expecting = {"Expect": "100-continue"}
    yield Input(
        "expects", request("POST", "/live?session=hostile-expects&time=1", b"x", headers=expecting)
    )


# Tools of chat assistants


def mcp() -> Iterator[Input]:
    """Messages by the Model Context Protocol: no messages, no tools, and hostile arguments."""
    accepting = {
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": "2025-06-18",
    }

    def called(name: object, arguments: object) -> dict[str, Any]:
        return {"jsonrpc": "2.0", "id": 1, "method": "tools/call",
                "params": {"name": name, "arguments": arguments}}  # fmt: skip

    place = "/gradio_api/mcp/"
    for name, body in bodies().items():
        yield Input(f"body {name}", request("POST", place, body, headers=JSON | accepting))
    for number, message in enumerate((
        {"jsonrpc": "1.0", "id": 1, "method": "tools/list"},
        {"jsonrpc": "2.0", "id": {}, "method": "tools/list"},
        {"jsonrpc": "2.0", "id": 10**40, "method": "tools/list"},
        {"jsonrpc": "2.0", "method": "tools/list"},
        {"jsonrpc": "2.0", "id": 1, "method": "nothing/at/all"},
        {"jsonrpc": "2.0", "id": 1, "method": "x" * 100_000},
        {"jsonrpc": "2.0", "id": 1, "method": "resources/read", "params": {"uri": "file:///etc/passwd"}},
        {"jsonrpc": "2.0", "id": 1, "method": "prompts/get", "params": {"name": MARK}},
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "x"}},
        {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"cursor": "x" * 9000}},
        [{"jsonrpc": "2.0", "id": n, "method": "tools/list"} for n in range(2000)],
    )):  # fmt: skip
        yield _posted(f"message {number}", place, message, **accepting)
    tools: tuple[object, ...] = (
        "nothing",
        "",
        "_show",
        "lambda",
        "../predict_image",
        7,
        None,
        [],
        MARK,
    )
    for tool in tools:
        yield _posted(f"tool {tool!r}", place, called(tool, {}), **accepting)
    arguments = {"predict_image": "picture", "predict_images": "files", "predict_video": "path"}
    for tool, argument in arguments.items():
        for name, value in values().items():
            kept = value.get("url") or value.get("path") if isinstance(value, dict) else value
            yield _posted(f"{tool} {name}", place, called(tool, {argument: kept}), **accepting)
    yield _posted("other arguments", place, called("predict_image", {"__init__": 1}), **accepting)
    yield _posted("no arguments", place, called("predict_image", None), **accepting)
    for method in ("GET", "DELETE", "PUT"):
        yield Input(
            f"{method} without a session", request(method, place, headers={"Accept": "*/*"})
        )
    yield _posted("a session unknown", place, called("predict_image", {}),
                  **accepting, **{"Mcp-Session-Id": "x" * 500})  # fmt: skip
    yield _posted("another origin", place, called("predict_image", {}),
                  **accepting, Origin="http://hostile.example")  # fmt: skip
    yield _posted("no event stream", place, {"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
