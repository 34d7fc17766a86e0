"""Offline half of the project: fer2013.csv -> trained, measured and promoted models.

It keeps TensorFlow quiet. Who wants to hear it, to learn why it sees no GPU for example, sets
TF_CPP_MIN_LOG_LEVEL=0.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType

SILENT = "3"
CHATTER = re.compile(rb"WARNING: All log messages before absl::InitializeLog|I\d{4} ")


@contextmanager
def without_chatter() -> Iterator[None]:
    """Hold back what is written to file descriptor 2, and then write all of it but `CHATTER`."""
    if sys.stderr is None:  # closed, as by 2>&-, so there is no descriptor 2 either
        yield
        return
    sys.stderr.flush()
    real = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(real, 2)
            os.close(real)
            held.seek(0)
            os.write(2, b"".join(line for line in held if not CHATTER.match(line)))


class _QuietTensorFlow(MetaPathFinder):
    """Imports TensorFlow `without_chatter`: its libraries talk before they read any setting."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != "tensorflow":
            return None
        sys.meta_path.remove(self)
        spec = find_spec(name)
        if spec and spec.loader:
            load = spec.loader.exec_module

            def quietly(module: ModuleType) -> None:
                with without_chatter():
                    load(module)

            spec.loader.exec_module = quietly  # type: ignore[method-assign]
        return spec


# Where a processor lacks AVX-512, TensorFlow leaves oneDNN's kernels alone, and trains slower.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
if os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", SILENT) == SILENT:
    sys.meta_path.insert(0, _QuietTensorFlow())
