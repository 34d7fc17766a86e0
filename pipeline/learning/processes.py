"""A training that several processes share, on one machine or on many, by JAX.

Each computes its share of every batch with the devices that it sees. All hold the same weights, so
only the first one writes anything.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import re
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn, TypeVar

import keras
import numpy as np

from pipeline.foundation.errors import PipelineError
from pipeline.learning.checkpoint import TrainingError

if keras.backend.backend() == "jax":
    import jax
    from jax.experimental import multihost_utils

Result = TypeVar("Result")

ADDRESS = "KERAS_DISTRIBUTION_JOB_ADDRESSES"
COUNT = "KERAS_DISTRIBUTION_NUM_PROCESSES"
NUMBER = "KERAS_DISTRIBUTION_PROCESS_ID"
"""The variables by which Keras lets every process know the first one, and its own place."""
SECONDS_TO_COME = 300
"""How long a process waits for the others at the start."""
SECONDS_OF_SILENCE = 30
"""After which a process counts as dead where its death was not seen at once."""
STATUS = re.compile(r"[A-Z_]+: ")
"""How what XLA says begins when something failed: with the name of a status."""


def count() -> int:
    """How many processes share the training."""
    return jax.process_count() if keras.backend.backend() == "jax" else 1


def is_first() -> bool:
    """Whether this process is the one that writes."""
    return count() == 1 or jax.process_index() == 0


def from_first(make: Callable[[], Result]) -> Result:
    """What `make` gives in the first process, in all of them."""
    if count() == 1:
        return make()
    told = pickle.dumps(make()) if is_first() else b""
    broadcast = multihost_utils.broadcast_one_to_all
    length = int(broadcast(np.int32(len(told))))
    everywhere = broadcast(np.frombuffer(told.ljust(length, b"\0"), np.uint8))
    result: Result = pickle.loads(everywhere.tobytes())
    return result


def agree(text: str, meaning: str) -> None:
    """TrainingError where `text` is not the same in all processes; `meaning` says what it is."""
    if count() == 1:
        return
    digest = np.frombuffer(hashlib.sha256(text.encode()).digest(), np.uint8)
    others = multihost_utils.process_allgather(digest)
    for place, other in enumerate(others, start=1):
        if (other != others[0]).any():
            raise TrainingError(
                f"process {place} of {count()} has another {meaning} than process 1; give all of "
                "them the same"
            )


@contextmanager
def joined() -> Iterator[None]:
    """In here, share the work with the other processes, if the variables tell of any.

    A process that fails leaves at once, and so do those that notice: each with a sentence, and
    nobody waits for another. TrainingError where the variables make no sense.
    """
    if not os.environ.get(COUNT):
        yield
        return
    _meet(*_place())
    try:
        yield
        jax.distributed.shutdown()  # type: ignore[no-untyped-call]
    except PipelineError as error:
        _leave(str(error))
    except BaseException as error:
        _leave(_lost(error) or traceback.format_exc())


def _lost(error: BaseException) -> str:
    """What to say of an `error` by which XLA tells that processes lost each other; else nothing."""
    # "UNKNOWN: Gloo all-reduce failed: ..." comes as one of two kinds of errors.
    if not (isinstance(error, RuntimeError | ValueError) and STATUS.match(str(error))):
        return ""
    return (
        "this process cannot go on with the others, of which one may have ended; start all of them "
        f"again, and they go on after the last epoch that was kept ({str(error).splitlines()[0]})"
    )


def _place() -> tuple[str, int, int]:
    """The address of the first process, how many there are, and the place of this one from 0."""
    if keras.backend.backend() != "jax":
        raise TrainingError(
            f"{COUNT} is set, but only Keras on JAX trains in several processes; set "
            "KERAS_BACKEND=jax, or unset it"
        )
    told = [os.environ.get(name, "") for name in (ADDRESS, COUNT, NUMBER)]
    address = told[0].split(",")[0]
    if not (":" in address and all(each.isdecimal() for each in told[1:])):
        raise TrainingError(
            f"{ADDRESS} must be the HOST:PORT of the first process, {COUNT} the number of "
            f"processes, {NUMBER} the place of this one from 0; they are {told}"
        )
    processes, place = map(int, told[1:])
    if place >= processes:
        raise TrainingError(
            f"{NUMBER} is {place}, but {processes} processes are numbered from 0 to {processes - 1}"
        )
    return address, processes, place


def _meet(address: str, processes: int, place: int) -> None:
    print(f"process {place + 1} of {processes}: waiting for the others at {address}", flush=True)
    # JAX itself would abort with a trace of its C++.
    patience = threading.Timer(
        SECONDS_TO_COME,
        _leave,
        [
            f"the {processes} processes did not all come to {address} within {SECONDS_TO_COME} s; "
            "see that each is started and can reach that address"
        ],
    )
    patience.start()
    try:
        jax.distributed.initialize(
            address,
            processes,
            place,
            initialization_timeout=2 * SECONDS_TO_COME,
            heartbeat_timeout_seconds=SECONDS_OF_SILENCE,
        )
        # Connects them, so that from now on each notices at once when another one ends.
        multihost_utils.sync_global_devices("met")
    finally:
        patience.cancel()


def _leave(sentence: str) -> NoReturn:
    """End this process now: JAX would wait for the others, which wait for this one."""
    print(f"train: {sentence}", file=sys.stderr, flush=True)
    sys.stdout.flush()
    os._exit(1)
