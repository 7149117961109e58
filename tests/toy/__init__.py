"""The parts of the toy model; `toy_kokoro` is the door."""
