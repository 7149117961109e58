# pure: no socket, thread or clock.
"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    OK = "ok"
    WARN = "warn"  # it speaks, but not as well as it could
    FAIL = "fail"  # it does not speak, or not safely


@dataclass(frozen=True, slots=True)
class CheckResult:
    """check: its name. found: what is so. todo: what to do about it; empty for OK."""

    check: str
    outcome: Outcome
    found: str
    todo: str = ""


def ok(check: str, found: str) -> CheckResult:
    return CheckResult(check, Outcome.OK, found)


def warn(check: str, found: str, todo: str) -> CheckResult:
    return CheckResult(check, Outcome.WARN, found, todo)


def fail(check: str, found: str, todo: str) -> CheckResult:
    return CheckResult(check, Outcome.FAIL, found, todo)
