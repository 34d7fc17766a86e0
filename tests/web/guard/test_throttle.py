import pytest

from web.guard import throttle
from web.guard.throttle import Throttle


@pytest.fixture
def clock(monkeypatch):
    """A clock that the test sets."""
    now = [0.0]
    monkeypatch.setattr(throttle.time, "monotonic", lambda: now[0])
    return now


def test_the_wait_begins_after_some_failures_and_doubles_up_to_the_longest(clock):
    doors = Throttle(free=3, longest=10)
    waits = []
    for _ in range(8):
        waits.append(doors.wait("ann"))
        doors.failed("ann")
    assert waits == [0, 0, 0, 1, 2, 4, 8, 10]
    clock[0] = 9
    assert doors.wait("ann") == 1
    assert doors.wait("bob") == 0


def test_the_right_password_and_a_quarter_of_an_hour_end_it(clock):
    doors = Throttle(free=1, longest=10)
    for end in (lambda: doors.succeeded("ann"), lambda: clock.__setitem__(0, clock[0] + 901)):
        doors.failed("ann")
        assert doors.wait("ann") == 1
        end()
        assert doors.wait("ann") == 0
    doors.failed("ann")
    doors.failed("ann")
    assert doors.wait("ann") == 2  # as of two, not of three


def test_only_so_many_are_remembered(clock, monkeypatch):
    monkeypatch.setattr(throttle, "MOST_REMEMBERED", 2)
    doors = Throttle(free=1, longest=10)
    for name in ("ann", "bob", "cid"):
        doors.failed(name)
    assert [doors.wait(name) for name in ("ann", "bob", "cid")] == [0, 1, 1]
