"""Doors to kokorod for programs that do not know it: a folder each, on top of kokoro_client."""
