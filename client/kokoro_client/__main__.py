"""`python -m kokoro_client` is kokoroctl."""

import sys

from .cli.entry import entry

sys.exit(entry())
