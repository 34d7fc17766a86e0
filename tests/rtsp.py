"""A real camera on the network: GStreamer's RTSP server, in the system's Python."""

import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from tests.clips import face_picture

PYTHON = "/usr/bin/python3"
SERVER = Path(__file__).with_name("rtsp_server.py")
HAS_SERVER = "import gi; gi.require_version('GstRtspServer', '1.0')"


def skip_without_rtsp():
    """Skip the test where there is no server."""
    try:
        subprocess.run([PYTHON, "-c", HAS_SERVER], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no RTSP server: install gir1.2-gst-rtsp-server-1.0 (make home)")


@contextmanager
def rtsp_camera(folder, port, login=""):
    """The address of a camera that shows the astronaut's face at `port`, and its process."""
    picture = folder / "face.jpg"
    Image.fromarray(face_picture()).save(picture)
    line = [PYTHON, str(SERVER), str(port), str(picture), *filter(None, [login])]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == "serving\n"
            yield f"rtsp://127.0.0.1:{port}/live", process
        finally:
            process.kill()
