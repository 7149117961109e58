"""kokoroctl book render --on ray: the parts of a book spoken on many machines.

opening.py   the cluster, and what its nodes need
speaking.py  hands the parts out and keeps what comes
spread.py    which part is given to which worker, and given again
worker.py    a worker: a daemon of its own, which speaks parts
"""
