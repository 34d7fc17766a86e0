import os
import subprocess
import sys
import threading

import pytest

from fer_system.prefetch import prefetch
from web.background import NICENESS, in_background


def count(closed, end=None):
    """Numbers, until an error at `end`; tells when it is closed."""
    try:
        for number in range(1000):
            if number == end:
                raise ValueError(number)
            yield number
    finally:
        closed.append(threading.current_thread().name)


def test_the_steps_are_the_same_and_taken_elsewhere():
    closed = []
    assert list(in_background(count(closed))) == list(range(1000))
    assert closed != [threading.current_thread().name]


def test_an_error_comes_through():
    steps, closed = [], []
    with pytest.raises(ValueError, match="3"):
        steps.extend(in_background(count(closed, end=3)))
    assert closed


def test_closing_ends_the_work():
    closed = []
    steps = in_background(count(closed))
    assert [next(steps), next(steps)] == [0, 1]
    assert not closed
    steps.close()
    assert closed


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux' threads have priorities")
def test_the_work_has_a_low_priority_and_its_callers_stays():
    def priorities():
        yield os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    assert list(in_background(priorities())) == [max(NICENESS, before)]
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux' threads have priorities")
def test_what_is_worked_on_side_by_side_has_the_low_priority_too():
    def priorities():
        yield os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    def through(steps):
        yield from steps

    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    work = in_background(through(prefetch(through(prefetch(priorities())))))
    assert list(work) == [max(NICENESS, before)]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux' threads have priorities")
def test_a_page_of_a_lower_priority_still_works_and_keeps_it():
    code = (
        "import os, threading\n"
        "from web.background import in_background\n"
        "def priorities():\n"
        "    yield os.getpriority(os.PRIO_PROCESS, threading.get_native_id())\n"
        "print(*in_background(priorities()))"
    )
    lowest = 19
    told = subprocess.run(
        ["nice", "-n", str(lowest), sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == f"{lowest}\n"
