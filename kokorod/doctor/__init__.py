"""What `kokoroctl doctor` looks at: one function a check, one result a check.

result.py     ok, warn or fail; what is so; what to do
machine.py    Python, packages, disk, memory
parts.py      onnxruntime, espeak-ng, the sound device: each tried in a process of its own
files.py      configuration, home folder, socket, models
running.py    the daemon and its service
checks.py     all of them, in order, each alone
"""
