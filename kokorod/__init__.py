"""kokorod: the resident text-to-speech daemon (docs/architecture.md is the tour)."""

import os

__version__ = "0.1.0"

# onnxruntime's official builds write a device id to the home folder and send events to
# their maker, from the moment they are loaded. Nothing is to leave this machine; here,
# because it has to be set before the first import, whoever makes that.
# Source: Privacy.md in the onnxruntime wheel.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
