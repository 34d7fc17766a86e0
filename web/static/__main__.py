"""`python -m web.static OUT` writes the webcam tab as a folder for any web server."""

import argparse
import sys
from pathlib import Path

from fer_system import Recognizer
from fer_system.places import DEFAULT_MODEL
from web.static import write_static


def main() -> int:
    """Read the command line and write the folder; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m web.static", description=__doc__)
    parser.add_argument("out", type=Path, help="folder to write, which may be an earlier one")
    parser.add_argument(
        "--model", type=Path, default=DEFAULT_MODEL, help="model file (default: models/best.onnx)"
    )
    flags = parser.parse_args()
    print("Loading the model and what browsers need to run it ...", flush=True)
    try:
        write_static(Recognizer(flags.model, "yunet"), flags.out)
    except (OSError, ValueError) as error:
        print(f"web.static: {error}", file=sys.stderr)
        return 2
    print(f"{flags.out} is ready. To try it: python -m http.server --directory {flags.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
