"""Bytes to the daemon and back: many speeches over one connection."""
