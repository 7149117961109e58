# pure: no code.
"""What keeps a fault, a foreign file or another program from taking the daemon down.

faults.py    errors that were contained: counted, and told without the text
isolated.py  a library that may crash, in a process of its own
own_files.py files are opened only if they are ours and what they should be
limits.py    what this process may use of its machine
numpy_threads.py  numpy takes none of it that onnxruntime is to have
"""
