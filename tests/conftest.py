"""What holds for every test."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# How long an example takes, or is to be made, says how busy the machine is, not whether the
# code is right.
# The same examples in every run: a check fails because the code changed, not by chance.
settings.register_profile(
    "kokorod",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("kokorod")
