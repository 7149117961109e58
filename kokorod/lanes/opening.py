# worker: make() runs on the new lane's thread, the rest on the loop after it.
"""The chosen model being opened on a new cpu lane, and what came of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from kokoro_client.wire.errors import ErrorCode

from ..engine.loading import KokoroPlan, ModelUnchangedError, Opened, open_kokoro
from ..engine.sessions import Sessions
from ..errors import KokorodError, ModelDamagedError, ModelMissingError

if TYPE_CHECKING:
    from ..engine.kokoro import KokoroSynthesizer
    from ..engine.synthesizer import Synthesizer


class Opening:
    def __init__(
        self,
        plan: KokoroPlan,
        sessions: Sessions[KokoroSynthesizer],
        libraries: threading.Event,
        on_session: Callable[[float], None],
        began: float = 0.0,
    ) -> None:
        """libraries: set once numpy and onnxruntime are loaded, or cannot be; began: now"""
        self.began = began
        self.unchanged = False  # the chosen model is the one that is open
        self.problem = ErrorCode.ENGINE_FAILED  # why it could not be opened
        self._plan = plan
        self._sessions = sessions
        self._libraries = libraries
        self._on_session = on_session
        self._opened: Opened | None = None

    def make(self) -> Synthesizer:
        """On the lane's thread. Raises what open_kokoro() raises."""
        try:
            opened = open_kokoro(self._plan, self._sessions, self._on_session, self._libraries.set)
        except ModelUnchangedError:
            self.unchanged = True
            raise
        except ModelMissingError:
            self.problem = ErrorCode.MODEL_MISSING
            raise
        except ModelDamagedError:
            self.problem = ErrorCode.MODEL_DAMAGED
            raise
        except (KokorodError, MemoryError):
            raise
        except Exception:
            # Nobody thought of what is wrong with it, which is what a damaged file is like.
            self.problem = ErrorCode.MODEL_DAMAGED
            raise
        finally:
            self._libraries.set()
        self._opened = opened
        return opened.synthesizer

    def take(self) -> Opened:
        """What was opened, after Up. It is kept here no longer: this outlives the session."""
        opened, self._opened = self._opened, None
        assert opened is not None
        return opened
