"""Stopping a visitor's job. Gradio's own cancelling loses now and then against progress on its way,
and a cancelled generator goes on unless it looks at a flag: here is the flag."""

import gradio as gr


class Stops:
    """Which visitors want their job to end; the job asks between two steps of its work."""

    def __init__(self) -> None:
        self._visitors: set[str | None] = set()

    def want(self, request: gr.Request) -> None:
        """From now on this visitor's job is to end."""
        self._visitors.add(request.session_hash)

    def forget(self, request: gr.Request) -> None:
        """A new job of this visitor's begins."""
        self._visitors.discard(request.session_hash)

    def wanted(self, request: gr.Request) -> bool:
        """Whether this visitor's job is to end."""
        return request.session_hash in self._visitors
