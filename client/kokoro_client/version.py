# pure: no socket, thread or clock.
"""The version of this package, apart from __init__.py, which would make circles of imports."""

__version__ = "0.1.0"
