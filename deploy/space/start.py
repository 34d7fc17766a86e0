"""The page as a Hugging Face Space runs it: `python start.py`, without flags, in this folder."""

import os
import sys
from typing import Any

import app

launch = app.launch


def launch_within_the_hub(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401
    """As app.launch, but the Hub's page may show this one in its frame."""
    from web.guard.headers import POLICY  # loads Gradio, which reads what app.main sets before

    POLICY["frame-ancestors"] = "'self' https://huggingface.co"
    return launch(*arguments, **named)


if __name__ == "__main__":
    app.launch = launch_within_the_hub
    # The Hub's proxy has such an address, and says whose request it passes on.
    os.environ.setdefault("FORWARDED_ALLOW_IPS", "10.0.0.0/8")
    sys.argv[1:] = ["--host", "0.0.0.0", "--port", os.environ.get("GRADIO_SERVER_PORT", "7860")]
    sys.exit(app.main())
