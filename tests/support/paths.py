"""Folders of the repository, for tests that read a page, a script or recorded cases."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
TESTS: Final = ROOT / "tests"
DOCS: Final = ROOT / "docs"
CASES: Final = TESTS / "cases"
GOLDEN: Final = TESTS / "golden"

#: The real voices and the shared cases; what needs them is skipped if the folder is missing.
SHARED: Final = Path(os.environ.get("KOKORO_SHARED") or ROOT.parent / "shared")
