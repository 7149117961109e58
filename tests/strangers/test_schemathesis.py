"""The gateway's OpenAPI document is what it does: schemathesis tries it."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from support.gateway import Gateway

#: As PATIENCE_S of conftest.py; a machine that is busy takes minutes.
pytestmark = pytest.mark.timeout(900)

#: For each route and method.
EXAMPLES = os.environ.get("FUZZ_EXAMPLES", "30")

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_schema_conformance,negative_data_rejection,unsupported_method"
)


def test_the_document_is_what_it_does(stranger: Callable[..., bytes], door: Gateway) -> None:
    stranger(
        *("schemathesis", "run", f"{door.url}/openapi.json", "--checks", CHECKS),
        *("--max-examples", EXAMPLES, "--rate-limit", "40/s", "--no-color"),
        *("--exclude-path", "/speak"),  # at the speaker nothing is to be heard here
    )
