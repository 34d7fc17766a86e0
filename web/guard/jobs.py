"""Whose job is next: nobody has more than a few under way, and everybody's turn comes.

Gradio has one queue for all visitors: whoever fills it shuts everybody else out.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from gradio.queueing import Event, Queue
from starlette.requests import Request

from web import text
from web.guard.answers import address_of

MOST_OF_SESSION, MOST_OF_ADDRESS = 6, 16
"""Jobs that wait or are worked on, of one page or program and of one address."""
LONGEST_NAME = 64
"""Letters of a session's name, which is the visitor's choice; Gradio's own have 12 or 32."""


class Jobs:
    """The limits of a page's queue; made once, before it is launched."""

    def __init__(self, queue: Queue) -> None:
        self._queue, self._push = queue, queue.push
        queue.push = self.push  # type: ignore[method-assign]

    async def push(self, body: Any, request: Request, username: str | None) -> Any:  # noqa: ANN401
        """Takes the place of the queue's own: a job, or a sentence why it is none."""
        with text.speaking(text.best_language(request.headers.get("accept-language", ""))):
            session = body.session_hash or ""
            if len(session) > LONGEST_NAME or body.fn_index not in self._queue.blocks.fns:
                return False, text.JOB_UNKNOWN, "error"
            address = address_of(request.scope)
            under_way = list(self._events())
            of_address = sum(address_of(event.request.scope) == address for event in under_way)
            of_session = sum(event.session_hash == session for event in under_way)
            if of_address >= MOST_OF_ADDRESS or of_session >= MOST_OF_SESSION:
                return False, text.JOB_TOO_MANY, "queue_full"
            outcome = await self._push(body, request, username)
        for waiting in self._queue.event_queue_per_concurrency_id.values():
            waiting.queue.sort(key=Turns(self._running()))
        return outcome

    def _events(self) -> Iterator[Event]:
        yield from self._running()
        for waiting in self._queue.event_queue_per_concurrency_id.values():
            yield from waiting.queue

    def _running(self) -> list[Event]:
        return [event for events in self._queue.active_jobs for event in events or ()]


class Turns:
    """A sort key for waiting jobs: everybody's first comes before anybody's second.

    What is `running` of an address in the same queue counts as its earlier ones.
    """

    def __init__(self, running: list[Event]) -> None:
        self._earlier = Counter(map(_lane, running))

    def __call__(self, event: Event) -> int:
        """How many jobs of the same address come before this one."""
        self._earlier[_lane(event)] += 1
        return self._earlier[_lane(event)]


def _lane(event: Event) -> tuple[str, str]:
    return event.concurrency_id, address_of(event.request.scope)
