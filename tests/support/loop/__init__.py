"""The other ends of real sockets."""
