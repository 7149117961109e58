"""A daemon as a process, what is asked of it, and how its answers are judged."""
