"""The console script. A hook goes a way of its own: an agent waits for it at each of its turns.

argparse, pathlib and what all commands share take longer to load than the hook takes to hand over
what was said, so that nothing of that is imported before it is known to be needed.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

#: Of the package kokoro-doors, which may not be installed.
_HOOK = "kokoro_doors.hook.quick"


def entry() -> int:
    """The exit status of kokoroctl."""
    if sys.argv[1:2] == ["hook"]:
        try:
            status = __import__(_HOOK, fromlist=["run"]).run(sys.argv[2:], os.environ)
        except ModuleNotFoundError:
            status = None  # the usual way says what to install
        except BaseException as error:  # noqa: BLE001 - told as it is for every command
            return _told(error)
        if status is not None:
            # Without taking the interpreter apart, for which the agent would wait as well.
            os._exit(status)
    from . import main

    return main.entry()


def _told(error: BaseException) -> int:
    from . import main

    def fail() -> NoReturn:
        raise error

    return main.entry(lambda: main.guarded(fail))
