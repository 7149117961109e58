# loop: asked once at the start and when the configuration is read again.
"""File descriptors: room for the clients that are allowed, and some kept for files.

With none left nothing can be opened, neither a model nor /proc: so clients are refused
before that.
"""

from __future__ import annotations

import resource
from typing import Final

#: For the daemon itself: its sockets, pipes and log take 15, the rest is for what it
#: opens for a moment.
OWN: Final = 40


def room_for(clients: int) -> int:
    """How many of so many clients there are descriptors for; raises the limit if it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = clients + OWN
    if soft != resource.RLIM_INFINITY and soft < wanted:
        allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
            soft = allowed
        except (OSError, ValueError):
            pass  # macOS has a limit of its own below the hard one
    if soft == resource.RLIM_INFINITY:
        return clients
    return max(1, min(clients, soft - OWN))
