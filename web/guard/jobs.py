"""Whose job is next: nobody has more than a few under way, and everybody's turn comes.

Gradio has one queue for all visitors: whoever fills it shuts everybody else out.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from gradio.queueing import Event, Queue
from gradio.server_messages import EventMessage
from starlette.requests import Request

from web import text
from web.guard.answers import address_of

MOST_OF_SESSION, MOST_OF_ADDRESS = 6, 16
"""Jobs that wait or are worked on, of one page or program and of one address."""
MOST_SESSIONS = 1000
"""Whose answers are kept for them; beyond, Gradio forgets the oldest, be its job under way."""
LONGEST_NAME = 64
"""Letters of a session's name, which is the visitor's choice; Gradio's own have 12 or 32."""


class Jobs:
    """The limits of a page's queue; made once, before it is launched."""

    def __init__(self, queue: Queue) -> None:
        self._queue, self._push, self._send = queue, queue.push, queue.send_message
        queue.push = self.push  # type: ignore[method-assign]
        queue.send_message = self.send  # type: ignore[method-assign]

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
            # What a caller of the API leaves out at the end is none, as by the functions' defaults.
            missing = len(self._queue.blocks.fns[body.fn_index].inputs) - len(body.data)
            body.data += missing * [None]
            self._forget_sessions({session, *(event.session_hash for event in under_way)})
            outcome = await self._push(body, request, username)
        for waiting in self._queue.event_queue_per_concurrency_id.values():
            waiting.queue.sort(key=Turns(self._running()))
        return outcome

    def send(self, event: Event, event_message: EventMessage) -> None:
        """Takes the place of the queue's own, which raises where a session has just left.

        Raised while the queue tells everybody of their turns, that would end it for all.
        """
        if event.session_hash in self._queue.pending_messages_per_session:
            self._send(event, event_message)

    def _forget_sessions(self, busy: set[str]) -> None:
        """Make room for one more session; those that are busy are kept, and are the newest."""
        sessions = self._queue.pending_messages_per_session
        for name in busy & sessions.keys():
            sessions.move_to_end(name)
        while len(sessions) >= MOST_SESSIONS:
            name, _ = sessions.popitem(last=False)
            self._queue.pending_event_ids_session.pop(name, None)

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
