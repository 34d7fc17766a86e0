"""Steps taken in a thread of their own, a few ahead."""

import threading
from contextvars import ContextVar

import pytest

from fer_system.prefetch import prefetch

LANGUAGE = ContextVar("language", default="en")


def count(taken, closed, end=1000, failure=None):
    """Numbers, each noted when it is taken, and a note of the thread in which it ends."""
    try:
        for number in range(end):
            taken.append(number)
            yield number
        if failure:
            raise failure
    finally:
        closed.append(threading.current_thread())


def test_all_steps_come_in_order_from_another_thread():
    closed = []
    assert list(prefetch(count([], closed))) == list(range(1000))
    assert closed != [threading.current_thread()]
    assert not closed[0].is_alive()


def test_no_more_steps_are_taken_ahead_than_allowed(subtests):
    for ahead in (0, 1, 4):
        with subtests.test(ahead=ahead):
            taken, closed = [], []
            steps = prefetch(count(taken, closed), ahead)
            for number in range(20):
                assert next(steps) == number
                assert len(taken) <= number + 1 + ahead
            steps.close()
            assert len(taken) <= 20 + ahead


def test_steps_are_taken_ahead_while_one_is_used():
    ahead = threading.Event()

    def two():
        yield 1
        ahead.set()
        yield 2

    steps = prefetch(two(), ahead=1)
    assert next(steps) == 1
    assert ahead.wait(60)
    assert list(steps) == [2]


def test_an_error_comes_after_the_steps_before_it():
    closed, seen = [], []
    with pytest.raises(ValueError, match="broken"):
        seen.extend(prefetch(count([], closed, 7, ValueError("broken"))))
    assert seen == list(range(7))
    assert not closed[0].is_alive()


def test_closing_the_last_of_a_chain_ends_all_threads():
    def through(steps):
        try:
            yield from steps
        finally:
            steps.close()

    before, closed = threading.active_count(), []
    chain = prefetch(through(prefetch(through(prefetch(count([], closed))))))
    assert [next(chain), next(chain)] == [0, 1]
    assert threading.active_count() == before + 3
    chain.close()
    assert threading.active_count() == before
    assert closed


def test_the_steps_are_taken_in_the_callers_context():
    LANGUAGE.set("de")

    def languages():
        yield LANGUAGE.get()

    assert list(prefetch(languages())) == ["de"]
