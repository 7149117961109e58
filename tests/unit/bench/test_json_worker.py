"""A process asked one line of JSON at a time."""

from __future__ import annotations

import sys
from contextlib import closing

import pytest

from bench.json_worker import JsonWorker, WorkerError

_ECHO = (
    "import sys\nprint('null', flush=True)\nfor line in sys.stdin: print(line, end='', flush=True)"
)
_SILENT = "import sys\nprint('null', flush=True)\nsys.stdin.read()"


def worker(program: str, answer_s: float = 60.0) -> JsonWorker:
    return JsonWorker("the echo's", [sys.executable, "-c", program], answer_s)


def test_an_answer_comes_to_each_question() -> None:
    with closing(worker(_ECHO)) as echo:
        assert echo.ask({"text": "eins\nzwei"}) == {"text": "eins\nzwei"}
        assert echo.ask({"n": 2}) == {"n": 2}


def test_one_that_ends_is_an_error() -> None:
    with pytest.raises(WorkerError, match="the echo's process ended"):
        worker("pass")


def test_one_that_does_not_answer_is_ended() -> None:
    # Long enough for Python's own start on a slow machine, since that is an answer too.
    with closing(worker(_SILENT, 5.0)) as silent, pytest.raises(WorkerError, match="ended"):
        silent.ask({})
