# process: a part of the commands that fetch or copy.
"""One file from the web to the disk: resumed, tried again, and checked before it counts.

Owns:       <target>.part, the bytes that have come so far.
Invariants: <target> appears in one rename, with the expected size and sha256. The part
            only grows, or begins anew; Ctrl-C and a crash leave it to be resumed.
Never:      keeps bytes that made a wrong sha256; tries for ever.
"""

from __future__ import annotations

import http
import http.client
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from ..errors import DownloadError
from . import disk, web
from .manifest import RemoteFile
from .web import Patience, TransientError, UnreachableError, UnsatisfiableRangeError, Web

#: Small enough that progress moves on a slow line.
_CHUNK: Final = 64 * 1024

_CONTENT_RANGE: Final = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")

#: Called with the bytes of the file that are here now.
At = Callable[[int], None]
#: Called with a line for people.
Note = Callable[[str], None]


def part_of(target: Path) -> Path:
    """Where the bytes are kept until the file is whole."""
    return target.with_name(f"{target.name}.part")


def missing_bytes(target: Path, expected: RemoteFile) -> int:
    """How much of the file is still to come, by sizes alone."""
    have = max(_size(target), _size(part_of(target)))
    return max(0, expected.bytes - have)


def download(
    url: str, target: Path, expected: RemoteFile, patience: Patience, at: At, note: Note
) -> None:
    """Make `target` the file at `url`, going on where an earlier fetch stopped.

    Raises DownloadError (UnreachableError if there is no network at all), OSError
    where the disk takes no more.
    """
    if _size(target) == expected.bytes and disk.digest(target)[0] == expected.sha256:
        at(expected.bytes)
        return
    target.unlink(missing_ok=True)
    part = _Part(url, part_of(target), expected, patience, at, note)
    part.complete()
    found, _ = disk.digest(part.path)
    if found != expected.sha256 and part.old:
        # A crash may have left rubbish at the end of what an earlier fetch wrote.
        note("what an earlier pull left was damaged; fetching all of it again")
        part.begin_anew()
        part.complete()
        found, _ = disk.digest(part.path)
    if found != expected.sha256:
        part.begin_anew()
        raise DownloadError(
            f"{url} is not the file it should be: its sha256 is {found}, expected is "
            f"{expected.sha256}; what came was deleted, use another mirror (--base-url)"
        )
    part.path.replace(target)
    disk.sync_folder(target.parent)


class _Part:
    """The bytes of a file that have come; `old`: some came in an earlier fetch."""

    def __init__(
        self, url: str, path: Path, expected: RemoteFile, patience: Patience, at: At, note: Note
    ) -> None:
        self.path = path
        self.old = _size(path) > 0
        self._url = url
        self._expected = expected
        self._patience = patience
        self._at = at
        self._note = note
        self._web = Web(patience)
        self._contacted = False

    def begin_anew(self) -> None:
        self.path.unlink(missing_ok=True)
        self.old = False

    def complete(self) -> None:
        """Bring the part to its full size, with as many attempts as `patience` allows."""
        if _size(self.path) > self._expected.bytes:
            self.begin_anew()
        failures = 0
        while not (self.path.exists() and _size(self.path) == self._expected.bytes):
            have = _size(self.path)
            self._at(have)
            problem = self._attempt(have)
            if problem is None:
                continue
            gained = _size(self.path) - have
            failures = 1 if gained >= self._patience.gain_bytes else failures + 1
            self._pause(problem, failures)
        self._at(self._expected.bytes)

    def _attempt(self, have: int) -> DownloadError | None:
        """One request for what is missing; returns what went wrong and may go right again."""
        try:
            with self._web.get(self._url, have) as response:
                self._contacted = True
                self._receive(response, have)
        except UnsatisfiableRangeError as error:
            if have == 0:
                raise
            self.begin_anew()
            return error
        except UnreachableError as error:
            # With no network the user is to hear so now; one that was there may come back.
            if not self._contacted:
                raise
            return error
        except TransientError as error:
            self._contacted = True
            return error
        return None

    def _pause(self, problem: DownloadError, failures: int) -> None:
        limit = self._patience.attempts
        if failures >= limit:
            raise type(problem)(
                f"{problem}; given up after {failures} attempts in a row, run the same command "
                "later and it goes on from here"
            )
        pause = self._patience.backoff_s * 2 ** (failures - 1)
        self._note(f"{problem}; trying again in {pause:.0f} s ({failures + 1} of {limit})")
        time.sleep(pause)

    def _receive(self, response: http.client.HTTPResponse, have: int) -> None:
        """Append what comes. Raises TransientError if it ends before the file does."""
        size = self._expected.bytes
        start = _start(response, self._url, have, self._expected)
        if start < have:
            self._note("the server cannot resume; fetching all of it again")
            self.old = False
        self.path.touch()
        with self.path.open("r+b", buffering=0) as file:
            file.truncate(start)
            file.seek(start)
            have = start
            pace = _Pace(self._patience)
            while data := self._read(response):
                have += len(data)
                pace.came(len(data))
                if have > size:
                    self.begin_anew()
                    raise DownloadError(_wrong(self._url, self._expected, f"over {size:,}"))
                disk.write_all(file, memoryview(data))
                self._at(have)
            os.fsync(file.fileno())
        if have < size:
            raise TransientError(
                f"the connection ended after {have:,} of {size:,} bytes of {self._expected.file}"
            )

    def _read(self, response: http.client.HTTPResponse) -> bytes:
        try:
            return response.read1(_CHUNK)
        except (OSError, http.client.HTTPException) as error:
            raise web.broken_off(error, self._patience) from None


class _Pace:
    """Whether what comes is still worth waiting for."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._since = time.monotonic()
        self._bytes = 0

    def came(self, count: int) -> None:
        """Raises TransientError if too little has come for too long."""
        patience = self._patience
        self._bytes += count
        if time.monotonic() - self._since < patience.slow_s:
            return
        if self._bytes < patience.slow_bytes:
            raise TransientError(f"only {self._bytes:,} bytes came in {patience.slow_s:g} s")
        self._since, self._bytes = time.monotonic(), 0


def _start(response: http.client.HTTPResponse, url: str, have: int, expected: RemoteFile) -> int:
    """The byte at which the answer begins. Raises DownloadError if it is another file."""
    if response.status == http.HTTPStatus.OK:
        length = response.headers.get("Content-Length")
        if length is not None and length != str(expected.bytes):
            raise DownloadError(_wrong(url, expected, length))
        return 0
    given = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
    if response.status != http.HTTPStatus.PARTIAL_CONTENT or not given or int(given[1]) != have:
        raise DownloadError(
            f"{url} answered {response.status} where the bytes from {have:,} on were asked for; "
            "use another mirror (--base-url)"
        )
    if given[2] not in ("*", str(expected.bytes)):
        raise DownloadError(_wrong(url, expected, given[2]))
    return have


def _wrong(url: str, expected: RemoteFile, found: str) -> str:
    return (
        f"{url} is not the file it should be: it has {found} bytes, expected are "
        f"{expected.bytes:,}; use another mirror (--base-url)"
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
