"""TensorFlow says nothing of its own accord, and all that it has to say to those who ask."""

import os
import subprocess
import sys

import pytest

from pipeline import without_chatter
from pipeline.foundation.params import REPOSITORY

CHATTER = b"I0000 00:00:1.1 42 port.cc:153] oneDNN custom operations are on.\n"
HEADING = (
    b"WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n"
)
ERROR = b"E0000 00:00:1.1 42 some.cc:1] broken\n"


def said(**variables):
    """What stderr hears of TensorFlow, in an environment that sets nothing of it but these."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("TF_CPP")}
    done = subprocess.run(
        [sys.executable, "-c", "import pipeline, keras, tensorflow"],
        cwd=REPOSITORY,
        env=own | variables,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stderr


def test_tensorflow_is_silent_but_for_those_who_ask():
    assert said() == ""
    assert "oneDNN custom operations are on" in said(TF_CPP_MIN_LOG_LEVEL="0")


def test_what_is_no_chatter_is_written_once_the_libraries_are_loaded(capfd):
    with without_chatter():
        for line in (HEADING, CHATTER, ERROR, b"a warning of ours\n"):
            os.write(2, line)
        assert capfd.readouterr().err == ""
    assert capfd.readouterr().err == ERROR.decode() + "a warning of ours\n"


def test_what_was_said_is_written_where_loading_fails(capfd):
    @without_chatter()
    def load():
        os.write(2, CHATTER + ERROR)
        raise ImportError

    with pytest.raises(ImportError):
        load()
    assert capfd.readouterr().err == ERROR.decode()


def test_a_process_without_stderr_loads_the_libraries_too():
    code = "from pipeline import without_chatter\nwith without_chatter():\n    print('loaded')"
    done = subprocess.run(
        ["sh", "-c", 'exec "$0" -c "$1" 2>&-', sys.executable, code],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "loaded\n")
