"""Wrong passwords of late: whoever gave many has to wait before the next is looked at."""

import time
from collections import OrderedDict
from dataclasses import dataclass

FORGET_AFTER = 900.0
"""Seconds without a wrong password after which the earlier ones count no more."""
MOST_REMEMBERED = 10_000
"""More of those who erred are not remembered: whoever erred the longest ago is forgotten."""


@dataclass
class _Record:
    failures: int
    last: float


class Throttle:
    """Makes whoever failed more than `free` times wait, twice as long each time, up to `longest` s.

    Keys are whatever tells visitors apart: addresses, or names of users.
    """

    def __init__(self, free: int, longest: float) -> None:
        self._free, self._longest = free, longest
        self._records: OrderedDict[str, _Record] = OrderedDict()

    def wait(self, key: str) -> float:
        """For how many seconds its next attempt will not be looked at; 0 for not at all."""
        record = self._records.get(key)
        if record is None or record.failures < self._free:
            return 0.0
        needed = min(2.0 ** min(record.failures - self._free, 30), self._longest)
        return max(0.0, record.last + needed - time.monotonic())

    def failed(self, key: str) -> None:
        """It gave a wrong password."""
        now = time.monotonic()
        record = self._records.pop(key, None)
        if record is None or now - record.last > FORGET_AFTER:
            record = _Record(0, now)
        self._records[key] = _Record(record.failures + 1, now)
        while len(self._records) > MOST_REMEMBERED:
            self._records.popitem(last=False)

    def succeeded(self, key: str) -> None:
        """It gave the right password."""
        self._records.pop(key, None)
