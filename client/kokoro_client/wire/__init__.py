"""The wire, version 1: what client and daemon say to each other (docs/protocol.md)."""
