"""`python -m kokoro_client` is kokoroctl."""

import sys

from .cli.main import entry

sys.exit(entry())
