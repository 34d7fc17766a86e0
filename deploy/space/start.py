"""The page as a Hugging Face Space runs it: `python start.py`, without flags, in this folder."""

import os
import sys

import app

if __name__ == "__main__":
    # The Hub's proxy has such an address, and says whose request it passes on.
    os.environ.setdefault("FORWARDED_ALLOW_IPS", "10.0.0.0/8")
    port = os.environ.get("GRADIO_SERVER_PORT", "7860")
    sys.argv[1:] = ["--host", "0.0.0.0", "--port", port, "--frame", "https://huggingface.co"]
    app.leave(app.main())
