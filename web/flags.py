"""The command line of app.py; importing it loads nothing heavy, so a wrong flag is told at once."""

from __future__ import annotations

import argparse
import errno
import os
import re
import socket
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from fer_system.places import DEFAULT_MODEL


def parse_flags(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line; a wrong flag ends the program with exit code 2."""
    parser = argparse.ArgumentParser(
        prog="app.py", description="Recognise facial expressions in pictures and on the webcam."
    )
    parser.add_argument(
        "--model", type=Path, default=DEFAULT_MODEL, help="model file (default: models/best.onnx)"
    )
    parser.add_argument(
        "--detector",
        default="auto",
        help="what finds the faces: auto (YuNet, or Haar where YuNet can't be had), yunet, haar, "
        "or the path of a YuNet file (default: auto)",
    )
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="address to serve on; 0.0.0.0 lets other computers in (default: 127.0.0.1)",
    )
    parser.add_argument("--port", type=port, help="default: the first free one from 7860 on")
    parser.add_argument(
        "--share", action="store_true", help="also make a public link (needs the internet)"
    )
    parser.add_argument(
        "--auth",
        type=credentials,
        metavar="USER:PASSWORD",
        action="append",
        default=[],
        help="ask visitors for this login; may be given several times. The variable FER_AUTH holds "
        "one too, and is not seen by others who use this computer",
    )
    parser.add_argument(
        "--auth-file",
        type=Path,
        metavar="FILE",
        help="logins, one USER:PASSWORD a line; lines that begin with # are left out",
    )
    parser.add_argument(
        "--host-name",
        action="append",
        default=[],
        metavar="NAME",
        help="answer only to this name of the server (and to localhost), as in the address that "
        "visitors type; may be given several times (default: any name)",
    )
    parser.add_argument(
        "--frame",
        action="append",
        type=site,
        default=[],
        metavar="SITE",
        help="a site that may show this page within its own, such as https://example.org; may be "
        "given several times (default: none)",
    )
    parser.add_argument(
        "--keep",
        type=minutes,
        default=60.0,
        metavar="MINUTES",
        help="how long uploads and results stay on this computer (default: 60)",
    )
    parser.add_argument(
        "--drain",
        type=seconds,
        default=20.0,
        metavar="SECONDS",
        help="how long work may go on after SIGTERM, while nothing new is taken (default: 20)",
    )
    parser.add_argument(
        "--metrics",
        type=listener,
        metavar="[HOST:]PORT",
        help="give figures to Prometheus at http://HOST:PORT/metrics; without a HOST to programs "
        "on this computer alone (default: no figures)",
    )
    parser.add_argument(
        "--mcp",
        action="store_true",
        help="also offer the API as tools to chat assistants, by the Model Context Protocol",
    )
    parser.add_argument(
        "--on-device",
        action="store_true",
        help="let visitors' browsers recognise by themselves, and take no picture of theirs: the "
        "page has the webcam and the model's card alone",
    )
    return parser.parse_args(arguments)


def port(text: str) -> int:
    """A TCP port number."""
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: give a number from 1 to 65535")
    return int(text)


def listener(text: str) -> tuple[str, int]:
    """Host and port, parted by the last colon; the host is this computer where there is none."""
    host, _, number = text.rpartition(":")
    return host.strip("[]") or "127.0.0.1", port(number)


def site(text: str) -> str:
    """Scheme and name of a site, with a port perhaps, as browsers write its origin."""
    if not re.fullmatch(r"https?://[a-zA-Z0-9.-]+(:[0-9]+)?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no site: write it as https://example.org")
    return text


def credentials(text: str) -> tuple[str, str]:
    """User and password, parted by the first colon."""
    user, _, password = text.partition(":")
    if not user or not password:
        raise argparse.ArgumentTypeError("give user and password as USER:PASSWORD")
    return user, password


def minutes(text: str) -> float:
    """A time in minutes, more than none."""
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number <= 60 * 24 * 365:  # NaN fails too
        raise argparse.ArgumentTypeError(f"{text!r} is no time: give a number of minutes above 0")
    return number


def seconds(text: str) -> float:
    """A time in seconds, an hour at most."""
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 <= number <= 3600:  # NaN fails too
        raise argparse.ArgumentTypeError(f"{text!r} is no time: give seconds from 0 to 3600")
    return number


def accounts(flags: argparse.Namespace) -> dict[str, str]:
    """Passwords by user: of the flags, of the file that they name and of the variable FER_AUTH.

    Raises ValueError where one is not written as it should be, OSError where the file can't be
    read.
    """
    lines: list[tuple[str, str]] = []
    if flags.auth_file:
        try:
            content = flags.auth_file.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise ValueError(f"{flags.auth_file} is not written in UTF-8.") from error
        lines += [
            (f"Line {number} of {flags.auth_file}", line.strip())
            for number, line in enumerate(content.splitlines(), start=1)
            if line.strip() and not line.startswith("#")
        ]
        if not lines:
            raise ValueError(f"{flags.auth_file} holds no login: write one USER:PASSWORD a line.")
    if "FER_AUTH" in os.environ:
        lines.append(("The variable FER_AUTH", os.environ["FER_AUTH"]))
    found = dict(flags.auth)
    for where, line in lines:
        try:
            user, password = credentials(line)
        except argparse.ArgumentTypeError as error:
            raise ValueError(f"{where} is no login: {error}.") from error
        found[user] = password
    return found


def check_mcp(flags: argparse.Namespace, asks_for_login: bool) -> None:
    """Raise ValueError where the tools can't be offered."""
    if flags.mcp and find_spec("mcp") is None:
        raise ValueError('--mcp needs one more package: run `pip install "mcp>=1.21,<2"`.')
    if flags.mcp and asks_for_login:
        raise ValueError("--mcp doesn't go with a login: chat assistants have no way to log in.")


def free_ports(host: str, port: int | None = None) -> Iterator[int]:
    """Ports that this computer can serve `host` at: `port` alone, or all from 7860 to 7959.

    Raises OSError where there is none, or none any more.
    """
    for candidate in range(7860, 7960) if port is None else [port]:
        try:
            family = socket.getaddrinfo(host, candidate, type=socket.SOCK_STREAM)[0][0]
            socket.create_server((host, candidate), family=family).close()
        except OSError as error:
            if port is None and error.errno == errno.EADDRINUSE:
                continue
            address = host if port is None else f"{host}:{port}"
            reason = str(error.strerror).partition(" (")[0]  # without Python's own addition
            raise OSError(f"Can't serve at {address}: {reason}.") from error
        yield candidate
    tried = "all ports from 7860 to 7959 are" if port is None else f"port {port} is"
    raise OSError(f"Can't serve at {host}: {tried} in use. Name another one by --port.")
