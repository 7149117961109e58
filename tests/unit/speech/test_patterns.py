"""Patterns that are compiled when they are first asked: each can be, and is not before."""

from __future__ import annotations

import importlib
import pkgutil
import re
import subprocess
import sys

import pytest

from kokorod.speech import normalize
from kokorod.speech.patterns import _Lazy, lazy_pattern

FILES = [f.name for f in pkgutil.walk_packages(normalize.__path__, f"{normalize.__name__}.")]


def lazy_ones() -> list[tuple[str, _Lazy]]:
    return [
        (f"{name}.{attribute}", value)
        for name in [normalize.__name__, *FILES]
        for attribute, value in vars(importlib.import_module(name)).items()
        if isinstance(value, _Lazy)
    ]


def test_every_pattern_can_be_compiled() -> None:
    found = lazy_ones()
    assert len(found) > 200
    for name, each in found:
        assert re.compile(each._written, each._flags).pattern == each.pattern, name


def test_it_is_as_the_pattern() -> None:
    each = lazy_pattern(r"(?P<word>[a-z]+)", re.IGNORECASE)
    found = each.match("Hello you", 6)
    assert found is not None
    assert found["word"] == "you"
    assert each.sub("-", "A b") == "- -"
    assert each.groupindex == {"word": 1}
    with pytest.raises(AttributeError):
        each.nothing  # type: ignore[attr-defined]  # noqa: B018


def test_a_pattern_that_is_wrong_raises_at_its_first_use() -> None:
    with pytest.raises(re.error):
        lazy_pattern("(").match("")


def test_a_plain_text_compiles_few_of_them() -> None:
    counted = (
        "from kokorod.speech import normalize as n\n"
        "from kokorod.speech.patterns import _Lazy\n"
        "import sys\n"
        "n.normalize('Nothing here needs a rule.')\n"
        "print(sum(_made(v) for m in list(sys.modules.values())"
        " if m.__name__.startswith('kokorod.speech.normalize') for v in vars(m).values()"
        " if isinstance(v, _Lazy)))\n"
    )
    made = (
        "def _made(v):\n"
        "    try:\n"
        "        object.__getattribute__(v, 'match')\n"
        "    except AttributeError:\n"
        "        return False\n"
        "    return True\n"
    )
    ran = subprocess.run([sys.executable, "-c", made + counted], capture_output=True, text=True)
    assert 0 < int(ran.stdout) < 40
