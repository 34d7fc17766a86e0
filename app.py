"""Start the page: `python app.py`, then open the printed address in a browser."""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import sys
from typing import TYPE_CHECKING

from web.flags import accounts, check_address, check_mcp, parse_flags
from web.guard.disk import Disk, temporary_folder
from web.guard.memory import give_back_memory

if TYPE_CHECKING:
    from fer_system import Recognizer
    from web.webcam.device import Device


def serve(
    recognizer: Recognizer,
    device: Device,
    flags: argparse.Namespace,
    disk: Disk,
    logins: dict[str, str],
) -> None:
    """Build the page and serve it until interrupted."""
    from fer_system.card import damaged_emojis
    from web.guard.connections import watch_connections
    from web.guard.nonsense import REFUSALS
    from web.guard.stack import guards
    from web.page import LAUNCH_OPTIONS, build_app, forget_files
    from web.routes import own_routes
    from web.text import translations
    from web.tools import answer_in_json

    secret = os.environ.get("FER_SECRET", "").encode() or secrets.token_bytes()
    names = flags.host_name and [*flags.host_name, flags.host]
    app = build_app(recognizer, flags.keep, flags.on_device)
    _, address, link = app.launch(
        server_name=flags.host,
        server_port=flags.port,
        share=flags.share,
        quiet=True,
        prevent_thread_lock=True,
        app_kwargs={
            "routes": own_routes(recognizer, device),
            "middleware": guards(disk, 60 * flags.keep, logins, secret, names, flags.on_device),
            "exception_handlers": REFUSALS,
        },
        i18n=translations(),
        mcp_server=flags.mcp,
        **LAUNCH_OPTIONS,
    )
    watch_connections(app.server)
    disk.keep()
    disk.sweep_regularly(lambda paths: forget_files(app, paths))
    if app.mcp_server_obj is not None:
        answer_in_json(app.mcp_server_obj)
    if flags.share and not link:
        print("No public link could be made (is there internet?); the page is served locally.")
    for path in damaged_emojis(recognizer.classes):
        print(f"The emoji {path} is damaged; a dot stands in its place.")
    print(recognizer.detector_note)
    print(f"The page is at {link or address} (Ctrl+C ends it).", flush=True)
    app.block_thread()


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
        from fer_system import Recognizer
        from web.webcam.device import Device

        try:
            logins = accounts(flags)
            check_mcp(flags, bool(logins))
            check_address(flags.host, flags.port)
            recognizer = Recognizer(flags.model, flags.detector)
            device = Device(recognizer)
            if flags.on_device:
                device.files()
        except (OSError, ValueError) as error:
            print(f"app.py: {error}", file=sys.stderr)
            return 2
        serve(recognizer, device, flags, Disk(folder, 60 * flags.keep), logins)
    return 0


if __name__ == "__main__":
    sys.exit(main())
