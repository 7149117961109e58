"""kokoroctl, files of the service, and what the doors write."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable
from pathlib import Path

from kokoro_client.atomic_file import write_atomically
from kokoro_client.cli import exits
from kokoro_client.cli.main import main as kokoroctl
from kokoro_doors.speechd.echo_cache import EchoCache
from kokoro_service import service_files
from kokoro_service.job import Job
from kokorod.errors import KokorodError

from .model_places import stored
from .place import UnclearError, place

#: Lines of a command that failed: why, and what was kept of its work.
_MOST_LINES = 2

#: What no line for people has.
_RAW = ("Traceback", "<class", "object at 0x")


def command(*arguments: str) -> Callable[[Path], None]:
    """kokoroctl with {} for the folder: status 0, or another and a line or two that say why."""

    def run(folder: Path) -> None:
        said, status = asked(folder, *arguments)
        lines = said.splitlines()
        if status == 0:
            return
        if not lines or len(lines) > _MOST_LINES or any(raw in said for raw in _RAW):
            raise UnclearError(f"status {status}: {said!r}")
        if not all(line.startswith("kokoroctl: ") for line in lines):
            raise UnclearError(f"status {status}: {said!r}")
        raise CommandFailedError(said)

    return run


class CommandFailedError(KokorodError):
    """As it should: in a line."""


def asked(folder: Path, *arguments: str) -> tuple[str, int]:
    """What a command says on standard error, and its status."""
    os.environ["KOKORO_HOME"] = str(folder / "home")
    os.environ["XDG_CONFIG_HOME"] = str(folder / "xdg")
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        try:
            status = kokoroctl([each.replace("{}", str(folder)) for each in arguments])
        except OSError as error:  # as entry() does
            exits.say_why(error)
            status = exits.FAILED
    return said.getvalue(), status


def spoken_to(folder: Path, *names: str) -> None:
    """Written whole, by a run without faults."""
    for name in names:
        assert (folder / name).stat().st_size > 20, name


def say(*arguments: str, names: tuple[str, ...]) -> None:
    run = command("say", "--no-start", *arguments, "Hello there.")

    def again(folder: Path) -> None:
        run(folder)
        spoken_to(folder, *names)

    place("kokoroctl say " + " ".join(arguments), run, again)


say("-o", "{}/out.wav", names=("out.wav",))
say("-o", "{}/out.flac", names=("out.flac",))
say("-o", "{}/out.wav", "--srt", "{}/out.srt", names=("out.wav", "out.srt"))
say("-o", "{}/out.wav", "--timings", "{}/out.json", names=("out.wav", "out.json"))
place(
    "kokoroctl say -f",
    command("say", "--no-start", "-o", "/dev/null", "--format", "wav", "-f", "{}/in.txt"),
    prepare=lambda folder: (folder / "in.txt").write_text("Hello there.\n" * 9),
)
place(
    "kokoroctl lexicon add",
    command("lexicon", "add", "Kubernetes", "kˌubɚnˈɛtiz", "--lang", "en"),
    prepare=lambda folder: (folder / "home").mkdir(),
)
place("kokoroctl config", command("config"), prepare=lambda folder: (folder / "home").mkdir())
place("kokoroctl models list", command("models", "list"), prepare=stored)
place("kokoroctl hook mute", command("hook", "mute"))


def service_of(folder: Path) -> tuple[Job, Path]:
    job = Job(Path("/bin/true"), folder / "home", folder / "sockets" / "s", ())
    return job, folder / "units" / "kokorod.service"


def write_service(folder: Path) -> None:
    job, path = service_of(folder)
    service_files.make_folders(job)
    if service_files.differs(path, b"[Unit]\n"):
        service_files.write({path: b"[Unit]\n"})
    service_files.missing_program([path])
    service_files.remove(path)


def write_small(folder: Path) -> None:
    write_atomically(folder / "small.json", b"{}")


def written_small(folder: Path) -> None:
    write_small(folder)
    assert (folder / "small.json").read_bytes() == b"{}"


def echo(folder: Path) -> None:
    cache = EchoCache(folder / "echo")
    cache.of_model("m")
    cache.remember("af_heart", ["af_heart"])
    cache.put(b"xy", "a")
    cache.get("a")
    _ = ("a",) in cache
    cache.remembered()


def echoed(folder: Path) -> None:
    echo(folder)
    assert EchoCache(folder / "echo").get("a") == b"xy"


place("service files", write_service)
place("a small file of a door", write_small, written_small, raises=(OSError,))
place("sounds of keys", echo, echoed, raises=())
