"""Stopping a visitor's job. Gradio's own cancelling loses now and then against progress on its way,
and a cancelled generator goes on unless it looks at a flag: here is the flag."""

import gradio as gr

MOST_REMEMBERED = 1000
"""Visitors who may want to stop a job that they don't have are not remembered for ever."""


class Stops:
    """Which visitors want their job to end; the job asks between two steps of its work."""

    def __init__(self) -> None:
        self._visitors: dict[str | None, None] = {}  # in the order of their wishes

    def want(self, request: gr.Request) -> None:
        """From now on this visitor's job is to end."""
        self._visitors[request.session_hash] = None
        if len(self._visitors) > MOST_REMEMBERED:
            del self._visitors[next(iter(self._visitors))]

    def forget(self, request: gr.Request) -> None:
        """A new job of this visitor's begins, or the last one has ended."""
        self._visitors.pop(request.session_hash, None)

    def wanted(self, request: gr.Request) -> bool:
        """Whether this visitor's job is to end."""
        return request.session_hash in self._visitors
