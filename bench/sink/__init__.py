"""What really sounds, and when: a sound server with a null sink, and an ear at its monitor.

server.py     a private PulseAudio whose only device is a null sink
monitor.py    its monitor, recorded with times
recording.py  samples and the moments they sounded; pure
similarity.py   was that, and only that, what was sent? pure
relay.py      the daemon's socket once more, which notes what audio passes
"""
