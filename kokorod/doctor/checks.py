# process: a part of `kokoroctl doctor`.
"""All checks, in the order in which one would look; each alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from kokoro_client.wire import address

from . import files, machine, parts, running
from .result import CheckResult, fail
from .running import Ask

_MAX_SHOWN: Final = 300


def run_checks(environ: Mapping[str, str], ask: Ask) -> Iterator[CheckResult]:
    """One result after the other, as each is made. Never raises for a check's sake."""
    for name, check in checks(environ, ask).items():
        yield _alone(name, check)


def checks(environ: Mapping[str, str], ask: Ask) -> dict[str, Callable[[], CheckResult]]:
    """The checks by name. Nothing is looked at before one is called."""
    ask = _once(ask)
    return {
        "python": machine.check_python,
        "packages": machine.check_packages,
        "hardware": parts.check_hardware,
        "onnxruntime version": machine.check_onnxruntime_version,
        "onnxruntime": parts.check_onnxruntime,
        "espeak": parts.check_espeak,
        "sound": parts.check_sound,
        "configuration": partial(files.check_configuration, environ, ask),
        "lexicon": lambda: parts.check_lexicon(address.home_folder(environ) / "lexicon.toml"),
        "home": lambda: files.check_home(address.home_folder(environ)),
        "model": partial(files.check_models, environ),
        "socket": lambda: files.check_socket(address.socket_path(environ)),
        "daemon": partial(running.check_daemon, ask),
        "service": partial(running.check_service, environ),
        "disk": lambda: machine.check_disk(address.home_folder(environ)),
        "memory": machine.check_memory,
    }


def _once(ask: Ask) -> Ask:
    """The daemon is asked for its status once, whoever wants it: one that hangs takes a while."""
    answers: list[object] = []

    def asked(request: dict[str, Any]) -> object | None:
        if not answers:
            try:
                answers.append(ask(request))
            except Exception as error:  # noqa: BLE001 - raised again to each who asks
                answers.append(error)
        if isinstance(answers[0], Exception):
            raise answers[0]
        return answers[0]

    return asked


def _alone(name: str, check: Callable[[], CheckResult]) -> CheckResult:
    try:
        return check()
    # A check that fails must not hide what the others find.
    except Exception as error:  # noqa: BLE001
        said = " ".join(str(error).split())[:_MAX_SHOWN]
        return fail(
            name,
            f"cannot be checked: {type(error).__name__}: {said}",
            "fix what it names; if it names nothing of yours, report it",
        )
