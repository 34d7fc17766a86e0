"""Start the page: `python app.py`, then open the printed address in a browser."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fer_system import Recognizer

MODEL = Path(__file__).resolve().parent / "models" / "best.onnx"


def parse_flags(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line; a wrong flag ends the program with exit code 2."""
    parser = argparse.ArgumentParser(
        prog="app.py", description="Recognise facial expressions in pictures and on the webcam."
    )
    parser.add_argument(
        "--model", type=Path, default=MODEL, help="model file (default: models/best.onnx)"
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
        "--auth", type=credentials, metavar="USER:PASSWORD", help="ask visitors for this login"
    )
    parser.add_argument(
        "--mcp",
        action="store_true",
        help="also offer the API as tools to chat assistants, by the Model Context Protocol",
    )
    return parser.parse_args(arguments)


def port(text: str) -> int:
    """A TCP port number."""
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: give a number from 1 to 65535")
    return int(text)


def credentials(text: str) -> tuple[str, str]:
    """User and password, parted by the first colon."""
    user, _, password = text.partition(":")
    if not user or not password:
        raise argparse.ArgumentTypeError("give user and password as USER:PASSWORD")
    return user, password


def check_mcp(flags: argparse.Namespace) -> None:
    """Raise ValueError where the tools can't be offered."""
    if flags.mcp and find_spec("mcp") is None:
        raise ValueError('--mcp needs one more package: run `pip install "mcp>=1.21,<2"`.')
    if flags.mcp and flags.auth:
        raise ValueError("--mcp doesn't go with --auth: chat assistants have no way to log in.")


def check_address(host: str, port: int | None) -> None:
    """Raise OSError where this computer can't serve at `host` and `port`."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        socket.create_server((host, port or 0), family=family).close()
    except OSError as error:
        address = host if port is None else f"{host}:{port}"
        reason = str(error.strerror).partition(" (")[0]  # without Python's own addition
        raise OSError(f"Can't serve at {address}: {reason}.") from error


def serve(recognizer: Recognizer, flags: argparse.Namespace) -> None:
    """Build the page and serve it until interrupted."""
    from web import LAUNCH_OPTIONS, answer_in_json, build_app, own_routes, translations

    app = build_app(recognizer)
    _, address, link = app.launch(
        server_name=flags.host,
        server_port=flags.port,
        share=flags.share,
        auth=flags.auth,
        quiet=True,
        prevent_thread_lock=True,
        app_kwargs={"routes": own_routes(recognizer)},
        i18n=translations(),
        mcp_server=flags.mcp,
        **LAUNCH_OPTIONS,
    )
    if app.mcp_server_obj is not None:
        answer_in_json(app.mcp_server_obj)
    if flags.share and not link:
        print("No public link could be made (is there internet?); the page is served locally.")
    print(recognizer.detector_note)
    print(f"The page is at {link or address} (Ctrl+C ends it).", flush=True)
    app.block_thread()


def main() -> int:
    """Check the flags, load the model and serve the page; returns the exit code."""
    flags = parse_flags()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that the pictures are deleted
    with tempfile.TemporaryDirectory(prefix="fer-", ignore_cleanup_errors=True) as pictures:
        # Read when gradio and onnxruntime are imported; nothing about visitors may leave.
        os.environ |= {
            "GRADIO_TEMP_DIR": pictures,
            "GRADIO_ANALYTICS_ENABLED": "False",
            "ORT_DISABLE_TELEMETRY": "1",
        }
        from fer_system import Recognizer

        try:
            check_mcp(flags)
            check_address(flags.host, flags.port)
            recognizer = Recognizer(flags.model, flags.detector)
        except (OSError, ValueError) as error:
            print(f"app.py: {error}", file=sys.stderr)
            return 2
        serve(recognizer, flags)
    return 0


if __name__ == "__main__":
    sys.exit(main())
