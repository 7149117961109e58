"""The thin client of kokorod: `from kokoro_client import Client` (docs/client.md)."""

__version__ = "0.1.0"
