"""A daemon for which a keep-alive is due as soon as nobody speaks: two minutes are half a second.

    python -m bench.hurried_daemon

With KOKORO_KEEP_ALIVE_INTERVAL_SECONDS for the rest. Everything else is as it is.
"""

from __future__ import annotations

from kokorod.maintenance import warmup

warmup.RECENT_S = 0.5  # type: ignore[misc]

if __name__ == "__main__":
    from kokorod.__main__ import main

    main()
