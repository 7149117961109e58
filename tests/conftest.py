"""What holds for every test."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# How long an example takes, or is to be made, says how busy the machine is, not whether the
# code is right.
# The same examples in every run: a check fails because the code changed, not by chance. Fewer
# than hypothesis' own hundred, which `make fuzz` has several times over.
settings.register_profile(
    "kokorod",
    max_examples=int(os.environ.get("KOKORO_EXAMPLES", "50")),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("kokorod")
