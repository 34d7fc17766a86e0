"""A long step tells how far it is, on a terminal and in a log."""

import os
import subprocess
import sys

import pytest

from pipeline.foundation import progress as module
from pipeline.foundation.progress import progress


@pytest.fixture
def clock(monkeypatch):
    """A clock that goes by what is added to it."""
    seconds = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: seconds[0])
    return seconds


def test_in_a_log_there_is_a_line_now_and_then_with_the_time_left(clock, capsys):
    with progress(200, "student: faces") as after_part:
        for _ in range(200):
            clock[0] += 1
            after_part()
    lines = capsys.readouterr().err.splitlines()
    assert lines[:2] == ["student: faces: 10%, 03:00 left", "student: faces: 20%, 02:40 left"]
    assert len(lines) == 200 / module.SECONDS


def test_a_log_hears_nothing_of_what_is_done_at_once(clock, capsys):
    with progress(1000, "faces") as after_part:
        for _ in range(1000):
            after_part()
    assert capsys.readouterr().err == ""


def test_without_stderr_nothing_is_written_anywhere(clock, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)  # as Python has it where 2>&- closed it
    with progress(2, "faces") as after_part:
        clock[0] += module.SECONDS
        after_part()
    assert capsys.readouterr().out == ""


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="this system has no pseudo-terminals")
def test_on_a_terminal_a_bar_fills():
    program = (
        "from pipeline.foundation.progress import progress\n"
        "with progress(4, 'faces') as after_part:\n"
        "    [after_part() for _ in range(4)]\n"
    )
    ours, theirs = os.openpty()
    subprocess.run([sys.executable, "-c", program], stderr=theirs, check=True)
    written = os.read(ours, 100_000).decode()
    os.close(theirs)
    os.close(ours)
    assert "faces:   0%" in written
    assert "\r" in written
