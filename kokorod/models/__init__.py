"""Kokoro's files on this machine: what exists, what is stored, how it gets here."""
