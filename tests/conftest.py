"""What holds for every test."""

from __future__ import annotations

from hypothesis import settings

# How long an example takes says how busy the machine is, not whether the code is right.
# The same examples in every run: a check fails because the code changed, not by chance.
settings.register_profile("kokorod", deadline=None, derandomize=True)
settings.load_profile("kokorod")
