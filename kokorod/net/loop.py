# loop: runs on the one selector thread, owns descriptors.
"""The selector loop: descriptors, timers, signals, and the one door for other threads.

Owns:       the selector, the wake-up pipe, the timers, the queue of posted calls.
Invariants: every callback runs on the thread that called run(); post() is the only
            method another thread (or a signal handler) may call; a callback that raises is
            told to on_error, and what waits for it is not left waiting: a descriptor's comes
            with the next turn, a timer's again, for a posted one there is `lost`.
Never:      blocks anywhere but in select(); runs a callback that waits.
"""

from __future__ import annotations

import contextlib
import heapq
import itertools
import os
import selectors
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

READ: Final = selectors.EVENT_READ
WRITE: Final = selectors.EVENT_WRITE

#: Calls run between two looks at the descriptors, and how long the last of them may begin after the
#: look: a worker that posts without pause, or peers with many requests, cannot keep the others from
#: being served.
_POSTS_A_TURN: Final = 256
_POSTS_S: Final = 0.01

#: A timer whose call raised is called again, so often: who arms it anew in its call has not.
_MORE_CALLS: Final = 3
_AGAIN_S: Final = 1.0

#: No machine is so busy that a wait ends so much later than it was to, or a turn takes so long.
_LATE_S: Final = 2.0


@dataclass(order=True, slots=True)
class Timer:
    """A pending call; cancel() may be called any number of times."""

    when: float
    order: int
    call: Callable[[], None] | None = field(compare=False)
    more_calls: int = field(default=_MORE_CALLS, compare=False)

    def cancel(self) -> None:
        self.call = None


class Loop:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._real_clock = clock
        self._stopped_s = 0.0  # of the process; left out of clock()
        #: Told what a callback raised; what it raises in turn ends run(). None: raised as it is.
        self.on_error: Callable[[Exception], None] | None = None
        #: When the present turn began, of time.monotonic(); None: it waits. For any thread.
        self.busy_since: float | None = None
        self._selector = selectors.DefaultSelector()
        self._timers: list[Timer] = []
        self._order = itertools.count()
        # Bounded by the workers: each has at most one result on its way, and every
        # lane's inbox is bounded by the scheduler.
        self._posted: deque[tuple[Callable[[], None], Callable[[Exception], None] | None]] = deque()
        self._stopping = False
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        self._selector.register(self._wake_read, READ, self._drain_wake_pipe)
        self._old_handlers: dict[int, object] = {}

    def clock(self) -> float:
        """Seconds, as of time.monotonic() but for those in which the process was stopped."""
        return self._real_clock() - self._stopped_s

    # -- for any thread

    def post(
        self, call: Callable[[], None], lost: Callable[[Exception], None] | None = None
    ) -> None:
        """Run `call` on the loop's thread, soon. The one door between threads.

        lost: told what the call raised, in place of on_error, for who waits for what it does
        """
        self._posted.append((call, lost))
        try:
            os.write(self._wake_write, b"\0")
        except BlockingIOError:
            pass  # the pipe is full of wake-ups: the loop is bound to wake
        except OSError:
            # Closed: the process is ending and nobody waits for this call.
            self._posted.clear()

    # -- for the loop's thread

    def watch(self, fd: int, events: int, call: Callable[[int], None]) -> None:
        """Call `call(ready_events)` whenever `fd` is ready for any of `events`."""
        self.unwatch(fd)  # closed without a word, by who had no memory for one
        self._selector.register(fd, events, call)

    def change(self, fd: int, events: int, call: Callable[[int], None]) -> None:
        """Wait for other events on a watched descriptor; 0 waits for none but keeps it."""
        if events:
            try:
                self._selector.modify(fd, events, call)
            except KeyError:
                self._selector.register(fd, events, call)
        else:
            self.unwatch(fd)

    def unwatch(self, fd: int) -> None:
        """Stop watching; a descriptor that waits for nothing is fine too."""
        with contextlib.suppress(KeyError):
            self._selector.unregister(fd)

    def after(self, seconds: float, call: Callable[[], None]) -> Timer:
        """Run `call` once, `seconds` from now."""
        timer = Timer(self.clock() + seconds, next(self._order), call)
        heapq.heappush(self._timers, timer)
        return timer

    def on_signals(self, numbers: Iterable[signal.Signals], call: Callable[[int], None]) -> None:
        """Run `call(number)` on the loop after a signal. Main thread only."""

        def handler(number: int, frame: object) -> None:
            self.post(lambda: call(number))

        for number in numbers:
            self._old_handlers.setdefault(number, signal.signal(number, handler))

    def stop(self) -> None:
        """Make run() return after the present turn."""
        self._stopping = True

    def run(self) -> None:
        """Serve until stop()."""
        while not self._stopping:
            self.turn(self._patience())

    def turn(self, timeout: float | None) -> None:
        """One select and what became ready."""
        self.busy_since = None
        before = self.clock()
        ready = self._selector.select(timeout)
        self.busy_since = time.monotonic()
        if timeout is not None and self._leave_out(before + timeout):
            # What came meanwhile comes before what is due.
            ready = ready or self._selector.select(0)
        began = self.clock()
        for key, events in ready:
            if key.fd in self._selector.get_map():  # an earlier call may have removed it
                self._call(key.data, events)
        for number in range(min(len(self._posted), _POSTS_A_TURN)):
            if number and self.clock() - began > _POSTS_S:
                break
            call, lost = self._posted.popleft()
            self._call(call, lost=lost)
        self._leave_out(began)
        began = self.clock()
        self._run_timers()
        self._leave_out(began)

    def close(self) -> None:
        for number, old in self._old_handlers.items():
            signal.signal(number, old)  # type: ignore[arg-type]
        self._selector.close()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def _patience(self) -> float | None:
        if self._posted:
            return 0
        while self._timers and self._timers[0].call is None:
            heapq.heappop(self._timers)
        if not self._timers:
            return None
        return max(0.0, self._timers[0].when - self.clock())

    def _run_timers(self) -> None:
        now = self.clock()
        while self._timers and self._timers[0].when <= now:
            timer = heapq.heappop(self._timers)
            if timer.call is not None and not self._call(timer.call) and timer.more_calls:
                timer.more_calls -= 1
                timer.when = now + _AGAIN_S
                heapq.heappush(self._timers, timer)

    def _leave_out(self, since: float) -> bool:
        """Whether the process was stopped since then: nobody had the time that has passed."""
        late = self.clock() - since
        if late <= _LATE_S:
            return False
        self._stopped_s += late
        return True

    def _call(
        self,
        call: Callable[..., None],
        *arguments: int,
        lost: Callable[[Exception], None] | None = None,
    ) -> bool:
        """Whether it came to its end."""
        try:
            call(*arguments)
        except Exception as error:
            if self.on_error is None:
                raise
            if lost is None:
                self.on_error(error)
            else:
                self._call(partial(lost, error))
            return False
        return True

    def _drain_wake_pipe(self, events: int) -> None:
        try:
            while os.read(self._wake_read, 4096):
                pass
        except BlockingIOError:
            pass
