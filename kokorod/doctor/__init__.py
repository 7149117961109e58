"""What `kokoroctl doctor` looks at: one function a check, one finding a check.

finding.py    ok, warn or fail; what is so; what to do
machine.py    Python, packages, disk, memory
parts.py      onnxruntime, espeak-ng, the sound device: each tried in a process of its own
place.py      configuration, home folder, socket, models
running.py    the daemon and its service
examination.py  all of them, in order, each alone
"""
