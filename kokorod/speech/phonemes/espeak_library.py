# process: in a child of its own (espeak_process.py); in a command or a test, its one thread.
"""The espeak-ng library, by phonemizer: texts to its IPA.

Owns:       one loaded copy of espeak-ng for each language and way of asking in use.
Invariants: an instance is made once and kept; its data path existed before it was made; in a
            child no copy of the library is left in the temporary folder once it is loaded.
Never:      called from two threads at once; makes an instance without the data folder, because
            espeak-ng ends the process then.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ...errors import EngineError


class EspeakLibrary:
    def __init__(self, data_path: str | None = None, *, in_child: bool = False) -> None:
        """data_path: espeak-ng-data, if it is not the one of espeakng_loader.

        in_child: the process ends without phonemizer's cleaning.
        """
        self._data_path = data_path
        self._in_child = in_child
        self._raw: dict[str, Any] = {}
        self._tied: dict[str, Any] = {}
        self._separator: Any = None

    def raw(self, lines: Sequence[str], name: str) -> list[str]:
        """Lines as kokoro-onnx has them said. Raises EngineError if it cannot be loaded."""
        backend = self._raw.get(name)
        if backend is None:
            backend = self._raw[name] = self._make_raw(name)
        return list(backend.phonemize(list(lines), separator=self._separator))

    def tied(self, texts: Sequence[str], name: str) -> list[str]:
        """The IPA of each text with U+0361 ties. Raises EngineError if it cannot be loaded."""
        espeak = self._tied.get(name)
        if espeak is None:
            espeak = self._tied[name] = self._make_tied(name)
        return [espeak.text_to_phonemes(text, True) for text in texts]

    def _make_raw(self, name: str) -> Any:
        self._load()
        from phonemizer.backend import EspeakBackend
        from phonemizer.separator import default_separator

        self._separator = default_separator
        with _copied(removed=self._in_child):
            return EspeakBackend(
                name, preserve_punctuation=True, with_stress=True, logger=_silent()
            )

    def _make_tied(self, name: str) -> Any:
        self._load()
        from phonemizer.backend.espeak.wrapper import EspeakWrapper

        with _copied(removed=self._in_child):
            espeak = EspeakWrapper()
        espeak.set_voice(name)
        return espeak

    def _load(self) -> None:
        """Point phonemizer at espeak-ng. The path is checked here, not in C."""
        try:
            import espeakng_loader
            from phonemizer.backend.espeak.wrapper import EspeakWrapper

            data = Path(self._data_path or espeakng_loader.get_data_path())
            library = Path(espeakng_loader.get_library_path())
        except (ImportError, RuntimeError) as error:
            raise EngineError(
                f"espeak-ng is not installed: {error}; run: pip install espeakng-loader phonemizer"
            ) from None
        for path, name in ((data / "phontab", "data"), (library, "library")):
            if not path.is_file():
                raise EngineError(
                    f"espeak-ng's {name} is missing: {path}; reinstall espeakng-loader"
                )
        EspeakWrapper.set_library(str(library))
        EspeakWrapper.set_data_path(str(data))


@contextlib.contextmanager
def _copied(*, removed: bool) -> Iterator[None]:
    """phonemizer copies the library for each instance: a full disk is no bug of ours.

    removed: at once, when it is loaded, so that a process that is killed leaves nothing.
    """
    before = tempfile.tempdir
    try:
        if not removed:
            yield
            return
        with tempfile.TemporaryDirectory(prefix="espeak-") as folder:
            tempfile.tempdir = folder
            yield
    except OSError as error:
        raise EngineError(
            f"espeak-ng cannot be copied to the temporary folder: {error.strerror or error}; "
            "free some space there, or set TMPDIR"
        ) from None
    finally:
        tempfile.tempdir = before


def clean(folder: Path) -> None:
    """Make the folder for such copies, and remove what was left there by a kill."""
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in folder.glob("espeak-*"):
            shutil.rmtree(left, ignore_errors=True)


def _silent() -> Any:
    """A logger that says nothing: phonemizer warns of every foreign word, on stderr."""
    import logging

    logger = logging.getLogger("kokorod.espeak")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return logger
