"""speech-dispatcher for tests: our output module driven by hand, and the real server."""
