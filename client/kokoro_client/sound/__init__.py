"""PCM to a sound device or a file; loaded only if something is played or written.

player.py is what a program uses; playback.py is its thread, device.py the system's
devices, position.py, unheard.py and volume.py its arithmetic. wav.py and encoded.py write
files.
"""
