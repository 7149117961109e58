"""docs/operations.md follows the settings; those of maintenance have a way back."""

from __future__ import annotations

import re

import pytest
from support.paths import DOCS

from kokorod import config

PAGE = (DOCS / "operations.md").read_text(encoding="utf-8")

#: What moves memory and time: a value that is wrong must be undone without thinking.
ROLLED_BACK = (
    "KOKORO_LANES",
    "KOKORO_THREADS",
    "KOKORO_CALIBRATE",
    "KOKORO_CALIBRATE_WHEN_IDLE",
    "KOKORO_SKIP_EXTENDED_WARMING",
    "KOKORO_KEEP_ALIVE_ENABLED",
    "KOKORO_KEEP_ALIVE_INTERVAL_SECONDS",
    "KOKORO_PRIMING_MODE",
    "KOKORO_MLOCK_WEIGHTS",
    "KOKORO_IDLE_UNLOAD_S",
    "KOKORO_MEMORY_THRESHOLD_MB",
    "KOKORO_PHRASE_CACHE_MB",
)


@pytest.mark.parametrize("name", sorted(config.settings()))
def test_every_setting_is_explained(name: str) -> None:
    pages = PAGE + (DOCS / "models.md").read_text(encoding="utf-8")
    assert config.environment_name(name) in pages


@pytest.mark.parametrize("variable", ROLLED_BACK)
def test_maintenance_has_a_way_back_and_its_default(variable: str) -> None:
    (row,) = re.findall(rf"^\| `{variable}` \|(.*)\|$", PAGE, re.MULTILINE)
    _, default, way_back = row.split("|")
    assert way_back.strip()
    spec = config.settings()[variable.removeprefix("KOKORO_").lower()]
    known = str(spec.default).lower() if isinstance(spec.default, bool) else f"{spec.default}"
    assert known.removesuffix(".0") in default


def test_what_waits_for_a_restart_is_named() -> None:
    waiting = [name for name, spec in config.settings().items() if not spec.metadata["live"]]
    (sentence,) = re.findall(r"says what waits for a\s+restart: ([^.]*)\.", PAGE)
    assert sorted(re.findall(r"`(\w+)`", sentence)) == sorted(waiting)
