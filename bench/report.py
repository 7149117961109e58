"""The metrics as a table for people and as a file for comparison."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.metric import Metric
from kokorod.commands.bench.table import aligned

_HEAD = ("metric", "kokorod", "compared with", "ratio", "asked", "")


def table(metrics: Sequence[Metric]) -> str:
    """One line a metric, its notes below."""
    rows = [_HEAD, *map(_row, metrics)]
    notes = [f"{metric.name}: {metric.note}" for metric in metrics if metric.note]
    return "\n".join([aligned(rows, left=(0, 4, 5)), *notes])


def _row(metric: Metric) -> tuple[str, ...]:
    compared = ""
    if metric.compared is not None:
        compared = f"{_amount(metric.compared, metric.unit)} {metric.against}"
    return (
        metric.name,
        _amount(metric.value, metric.unit),
        compared,
        "" if metric.ratio is None else f"{metric.ratio:.3f} x",
        ", ".join(limit.shown(metric.unit) for limit in metric.asked),
        "reached" if metric.reached else "FALLS SHORT",
    )


def _amount(value: float, unit: str) -> str:
    if unit in ("", "MB"):
        return f"{value:.0f} {unit}".rstrip()
    return f"{value:.1f} {unit}" if unit == "ms" else f"{value:.3f} {unit}"


def write(folder: Path, date: str, what: str, content: Mapping[str, Any]) -> Path:
    """Write `content` to <folder>/<date>-<what>.json, or -2 and so on; the path.

    what: letters, digits and hyphens.
    """
    if not re.fullmatch(r"[a-z0-9-]+", what):
        raise ValueError(f"{what!r} is no part of a file's name")
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{date}-{what}"
    number = 1
    while (path := folder / (f"{name}.json" if number == 1 else f"{name}-{number}.json")).exists():
        number += 1
    part = path.with_suffix(".tmp")
    part.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    part.replace(path)
    return path
