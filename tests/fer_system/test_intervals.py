"""How far figures may be off: 95 % intervals that hold the truth, of small test sets too."""

import re

import numpy as np
import pytest
from scipy.stats import binomtest

from benchmarks.coverage import coverage, even
from fer_system.intervals import FEW_FACES, intervals_95, warning_of, wilson


@pytest.mark.parametrize(("right", "total"), [(13, 13), (0, 5), (1, 1), (77, 140), (2562, 3589)])
def test_the_interval_of_a_proportion_is_scipys_wilson(right, total):
    expected = binomtest(right, total).proportion_ci(method="wilson")
    assert wilson(right, total) == pytest.approx((expected.low, expected.high))


def test_thirteen_right_of_thirteen_is_not_certain():
    told = intervals_95(np.diag([6, 7]))
    for limits in told.values():
        assert limits["low"] == pytest.approx(0.772, abs=1e-3)
        assert limits["high"] == 1


def test_a_figure_lies_within_its_interval_even_where_nothing_is_right():
    for confusion in (np.array([[0, 4], [3, 0]]), np.array([[1, 0], [0, 0]]), np.eye(3, dtype=int)):
        for limits in intervals_95(confusion, rounds=50).values():
            assert 0 <= limits["low"] < limits["high"] <= 1
    assert intervals_95(np.array([[0, 4], [3, 0]]), rounds=50)["accuracy"]["low"] == 0


def test_the_same_faces_have_the_same_interval():
    confusion = np.array([[30, 10], [5, 25]])
    assert intervals_95(confusion) == intervals_95(confusion)


@pytest.mark.parametrize(
    ("classes", "right", "faces"), [(2, 0.95, 13), (7, 0.95, 70), (7, 0.9, 500)]
)
def test_the_intervals_hold_the_truth_in_nine_of_ten_test_sets_and_more(classes, right, faces):
    held = coverage(even(classes, right), faces, sets=100, rounds=100)
    assert held["accuracy"] >= 0.9
    assert held["macro_f1"] >= 0.9


def test_the_plain_bootstrap_would_not():
    held = coverage(even(2, 0.95), 13, sets=100, rounds=100)
    assert held["macro_f1, bootstrap"] < 0.6


def test_few_faces_come_with_a_warning_and_many_do_not():
    assert warning_of(FEW_FACES) == ""
    assert re.match(r"99 faces are few: below 100, chance ", warning_of(99))
    assert warning_of(1).startswith("one face is few")
