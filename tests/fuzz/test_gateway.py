"""The gateway's OpenAPI document is what it does: schemathesis tries it. `make fuzz` alone.

pip install schemathesis first; FUZZ_EXAMPLES is how many a route and method.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.daemon.homes import speaking, toy_home
from support.gateway import gateway

EXAMPLES = os.environ.get("FUZZ_EXAMPLES", "30")

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_schema_conformance,negative_data_rejection,unsupported_method"
)


def test_the_document_is_what_it_does(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("schemathesis")
    found = str(program) if program.exists() else shutil.which("schemathesis")
    if found is None:
        pytest.skip("pip install schemathesis")
    with speaking(toy_home(tmp_path)) as daemon, gateway(daemon.environ) as door:
        command = [found, "run", f"{door.url}/openapi.json", "--checks", CHECKS]
        command += ["--max-examples", EXAMPLES, "--rate-limit", "40/s", "--no-color"]
        # At the speaker nothing is to be heard here.
        command += ["--exclude-path", "/speak", "--exclude-path", "/explain"]
        ended = subprocess.run(
            command,
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
        assert ended.returncode == 0, ended.stdout[-6_000:]
