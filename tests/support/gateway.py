"""`kokoroctl gateway` in a process of its own, on a port of the loopback, and what it answers."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.daemon.process import PATIENCE_S

KOKOROCTL = Path(sys.executable).with_name("kokoroctl")


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> dict[str, Any]:
        """OpenAI's shape of one, which it must have."""
        (error,) = self.json.values()
        assert set(error) == {"message", "type", "param", "code"}
        return dict(error)


class Gateway:
    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process = process
        self.url = url
        host, _, port = url.removeprefix("http://").rpartition(":")
        self.address = host, int(port)

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, None, headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.ask("POST", path, body, headers)

    def ask(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Answer:
        """body: bytes as they are, anything else as JSON. `_` of a header's name is a hyphen."""
        connection = http.client.HTTPConnection(*self.address, timeout=PATIENCE_S)
        try:
            response = self.begin(connection, method, path, body, headers)
            read = response.read()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, read)
        finally:
            connection.close()

    def begin(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> http.client.HTTPResponse:
        """The answer, of which the head has come."""
        named = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            named.setdefault("Content-Type", "application/json")
        connection.request(method, path, body, named)
        return connection.getresponse()

    def connect(self) -> http.client.HTTPConnection:
        """For the caller to close."""
        return http.client.HTTPConnection(*self.address, timeout=PATIENCE_S)

    def counted(self, name: str) -> int:
        (line,) = [
            line
            for line in self.get("/metrics").body.decode().splitlines()
            if line.startswith(f"kokoro_gateway_{name} ")
        ]
        return int(line.rpartition(" ")[2])


@contextmanager
def gateway(
    environ: Mapping[str, str],
    *flags: str,
    command: str = "gateway",
    program: Sequence[str | Path] = (),
) -> Iterator[Gateway]:
    """It runs until the end of the `with`, which it must live to see.

    program: a command line in the place of kokoroctl's.
    """
    process = subprocess.Popen(
        program or [KOKOROCTL, command, "--port", "0", *flags],
        env=dict(environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line.startswith("listening at "):
            process.kill()
            raise AssertionError(f"it does not listen: {process.communicate()[1]}")
        yield Gateway(process, line.removeprefix("listening at ").strip())
        assert process.poll() is None, process.communicate()[1]
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            _, said = process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise AssertionError("it did not end on SIGTERM") from None
    assert "Traceback" not in said, said
