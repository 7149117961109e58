"""kokorod: the resident text-to-speech daemon (docs/architecture.md is the tour)."""

__version__ = "0.1.0"
