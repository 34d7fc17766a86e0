"""Start the page: `python app.py`, then open the printed address in a browser."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from typing import TYPE_CHECKING

from web.flags import check_address, check_mcp, parse_flags

if TYPE_CHECKING:
    from fer_system import Recognizer


def serve(recognizer: Recognizer, flags: argparse.Namespace) -> None:
    """Build the page and serve it until interrupted."""
    from web.page import LAUNCH_OPTIONS, build_app
    from web.routes import own_routes
    from web.text import translations
    from web.tools import answer_in_json

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
