"""Start the page: `python app.py`, then open the printed address in a browser."""

from __future__ import annotations

import argparse
import atexit
import os
import secrets
import signal
import sys
from typing import TYPE_CHECKING

from web.flags import accounts, check_mcp, free_ports, parse_flags
from web.guard.disk import Disk, temporary_folder
from web.guard.memory import give_back_memory

if TYPE_CHECKING:
    from gradio import Blocks

    from fer_system import Recognizer
    from web.guard.drain import Drain
    from web.webcam.device import Device

CLOSING = 1
"""Seconds for which connections may deliver what is left of their answers."""


def launch(
    recognizer: Recognizer,
    device: Device,
    flags: argparse.Namespace,
    disk: Disk,
    logins: dict[str, str],
    drain: Drain,
) -> tuple[Blocks, str]:
    """Build the page and let it answer; returns it and the address to print.

    Raises OSError where no port is free.
    """
    from web.delivery import deliver
    from web.guard.addresses import Addresses
    from web.guard.nonsense import REFUSALS
    from web.guard.stack import guards
    from web.page import LAUNCH_OPTIONS, build_app
    from web.routes import own_routes
    from web.text import translations

    secret = os.environ.get("FER_SECRET", "").encode() or secrets.token_bytes()
    for port in free_ports(flags.host, flags.port):
        app = build_app(recognizer, flags.keep, flags.on_device)  # which Gradio starts but once
        routes, page = deliver(app)
        Addresses(app, disk)
        try:
            _, address, link = app.launch(
                server_name=flags.host,
                server_port=port,
                share=flags.share,
                quiet=True,
                prevent_thread_lock=True,
                app_kwargs={
                    "routes": [*own_routes(recognizer, device, drain), *routes],
                    "middleware": [page, *guards(flags, logins, secret, disk, drain)],
                    "exception_handlers": REFUSALS,
                },
                i18n=translations(),
                mcp_server=flags.mcp,
                **LAUNCH_OPTIONS,
            )
            break
        except OSError as error:
            if error.errno is not None:  # Gradio's own has none: another program was faster
                raise
    if flags.share and not link:
        print("No public link could be made (is there internet?); the page is served locally.")
    return app, link or address


def serve(app: Blocks, recognizer: Recognizer, address: str, disk: Disk, drain: Drain) -> None:
    """Say where the page is and keep it well until interrupted, or drained after SIGTERM."""
    from fer_system.card import damaged_emojis
    from web.guard.connections import watch_connections
    from web.page import forget_files
    from web.tools import answer_in_json, describe_arguments

    watch_connections(app.server)
    disk.keep()
    disk.sweep_regularly(lambda paths: forget_files(app, paths))
    if app.mcp_server_obj is not None:
        answer_in_json(app.mcp_server_obj)
        describe_arguments(app.mcp_server_obj)
    for path in damaged_emojis(recognizer.classes):
        print(f"The emoji {path} is damaged; a dot stands in its place.")
    print(recognizer.detector_note)
    drain_at_sigterm(app, drain)
    print(f"The page is at {address} (Ctrl+C ends it).", flush=True)
    try:
        app.block_thread()
        drain.join()
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # what is left to clear up is quick


def drain_at_sigterm(app: Blocks, drain: Drain) -> None:
    """From now on SIGTERM begins the end of the page, and a second one hurries it."""

    def close() -> None:
        app.server.config.timeout_graceful_shutdown = CLOSING
        app.close(verbose=False)  # which ends `block_thread`

    def end(*_: object) -> None:
        if drain.has_begun:
            drain.hurry()
        else:
            drain.begin(app._queue, close)

    signal.signal(signal.SIGTERM, end)


def say(sentence: str) -> None:
    """Print a line at once, also where the output goes to a file or another program."""
    print(sentence, flush=True)


def load(flags: argparse.Namespace) -> Recognizer:
    """The recogniser that the flags ask for; tells what takes long, and raises as it does."""
    say(f"Starting: loading the model {flags.model} ...")
    from fer_system import Recognizer
    from fer_system.detector import YUNET, YUNET_FILE

    if flags.detector in ("auto", "yunet") and not YUNET_FILE.is_file():
        say(f"Downloading the face detector YuNet, for {YUNET.seconds:.0f} seconds at most ...")
    return Recognizer(flags.model, flags.detector)


def main() -> int:
    """Check the flags, load the model and serve the page; returns the exit code."""
    flags = parse_flags()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that the pictures are deleted
    give_back_memory()
    with temporary_folder() as folder:
        # Read when gradio and onnxruntime are imported; nothing about visitors may leave.
        os.environ |= {
            "GRADIO_TEMP_DIR": str(folder),
            "GRADIO_ANALYTICS_ENABLED": "False",
            # Nor is it counted who did what when, which nobody could look at.
            "GRADIO_ANALYTICS_MAX_EVENTS": "1",
            "GRADIO_ANALYTICS_CACHE_FREQUENCY": str(sys.maxsize),
            "ORT_DISABLE_TELEMETRY": "1",
        }
        try:
            logins = accounts(flags)
            check_mcp(flags, bool(logins))
            next(free_ports(flags.host, flags.port))
            recognizer = load(flags)
            say(
                "Loading Gradio, which makes the page ..."
            )  # it takes the longest: after all checks
            from web.guard.drain import Drain
            from web.metrics import serve_metrics
            from web.readiness import warm_up
            from web.webcam.device import Device

            warm_up(recognizer)
            device = Device(recognizer)
            if flags.on_device:
                say("Fetching what browsers need to recognise by themselves ...")
                device.files()
            disk = Disk(folder, 60 * flags.keep)
            if flags.metrics:
                serve_metrics(*flags.metrics)
            drain = Drain(flags.drain)
            app, address = launch(recognizer, device, flags, disk, logins, drain)
        except (OSError, ValueError) as error:
            print(f"app.py: {error}", file=sys.stderr)
            return 2
        serve(app, recognizer, address, disk, drain)
    return 0


def leave(code: int) -> None:
    """End the process, whose threads may be in the midst of FFmpeg or ONNX Runtime.

    Python would end those threads as they are, which C++ takes for a crash: exit code -6.
    """
    atexit._run_exitfuncs()  # Gradio's, which ends the tunnel of --share
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    leave(main())
