# process: a command of kokoroctl.
"""kokoroctl gateway: OpenAI's audio API, and a page, in front of the daemon.

settings.py   what it is told, and its limits      serving.py   the socket, the server
app.py        the routes, what becomes of failures guard.py     who is let in
asked.py      a request for speech                 bodies.py    the JSON of a request
speech.py     /v1/audio/speech, captions           encoding.py  PCM to mp3, opus, aac, flac, wav
streaming.py  answers sent while they are made     speaker.py   /speak, /stop, /pause, /resume
looking.py    models, voices, health, metrics      voices.py    names of other programs
failures.py   errors as OpenAI's                   openapi.py   the document of all this
parts.py      what every route is given            counters.py  what is counted
service.py    install, uninstall, status           page.html    the page
on_ray.py     a deployment of Ray Serve             replica.py   a replica of it
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, Final

from kokoro_client.cli import exits

from .settings import HOST, PORT, Settings, checked

HELP = """\
OpenAI's audio API, and a page to try voices on, for programs on this machine.

Runs until it is ended; the daemon is started when a text is to be spoken. Others on the network
are let in only with --host and a token."""

EPILOG: Final = f"""\
examples:
  kokoroctl gateway                   # http://127.0.0.1:8880, a page, and /v1/audio/speech
  kokoroctl gateway install           # and start it at every login
  curl http://127.0.0.1:8880/v1/audio/speech -H 'Content-Type: application/json' \\
      -d '{{"input": "Hello.", "voice": "af_heart"}}' -o hello.mp3
  OPENAI_BASE_URL=http://127.0.0.1:8880/v1 OPENAI_API_KEY=none some-program

environment:
  KOKORO_GATEWAY_TOKEN  what clients have to send as their API key

docs/gateway.md tells more.

{exits.HELP}"""

_ACTIONS: Final = ("install", "uninstall", "status")
_TOKEN: Final = "KOKORO_GATEWAY_TOKEN"  # noqa: S105 - its name
_TOKEN_BYTES: Final = 1024


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", nargs="?", choices=_ACTIONS, help="of the login item")
    parser.add_argument("--port", type=int, default=PORT, metavar="N", help=f"default: {PORT}")
    parser.add_argument(
        "--host", default=HOST, metavar="ADDRESS", help=f"default: {HOST}; others want a token"
    )
    parser.add_argument(
        "--token-file", type=Path, metavar="FILE", help="holds the token, in one line"
    )
    parser.add_argument(
        "--allow-origin",
        action="append",
        default=[],
        metavar="ORIGIN",
        help="pages of it may use the gateway, e.g. https://example.org; may be repeated",
    )
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="another name of this machine in a request's Host; may be repeated",
    )
    parser.add_argument("-v", "--voice", default="", help="when a request names none")


def run(args: argparse.Namespace, context: Any) -> int:
    settings = checked(
        Settings(
            host=args.host,
            port=args.port,
            token=_token(args.token_file, context.environ),
            hosts=tuple(args.allow_host),
            origins=tuple(args.allow_origin),
            voice=args.voice,
        )
    )
    if args.action is not None:
        return _service(args, context)
    _check_installed()
    from . import serving

    sock = serving.bind(settings.host, settings.port)
    print(f"listening at {serving.address_of(sock)}", flush=True)
    serving.serve(sock, settings, context.environ)
    return exits.OK


def _service(args: argparse.Namespace, context: Any) -> int:
    from . import service

    environ = context.environ
    match args.action:
        case "install":
            _check_installed()
            job = service.job_of(_flags(args, environ), environ)
            lines = service.install(job, environ)
        case "uninstall":
            lines = service.uninstall(environ)
        case _:
            here = service.supervisor(environ)
            if not here.path.is_file():
                print("not installed; `kokoroctl gateway install`")
                return exits.NO_DAEMON
            lines = [f"installed  {here.path}", f"state      {here.state()}"]
    for line in lines:
        print(line)
    return exits.OK


def _flags(args: argparse.Namespace, environ: Any) -> list[str]:
    """The command line of the login item."""
    if environ.get(_TOKEN) and args.token_file is None:
        raise exits.CommandError(
            f"{_TOKEN} is not written into the login item; put the token into a file of mode 0600 "
            "and name it with --token-file",
            exits.USAGE,
        )
    flags = ["--port", str(args.port), "--host", args.host]
    if args.token_file is not None:
        flags += ["--token-file", str(args.token_file.absolute())]
    for origin in args.allow_origin:
        flags += ["--allow-origin", origin]
    for host in args.allow_host:
        flags += ["--allow-host", host]
    return [*flags, *(["--voice", args.voice] if args.voice else [])]


def _token(path: Path | None, environ: Any) -> str:
    if path is None:
        return str(environ.get(_TOKEN, "")).strip()
    try:
        with path.open("rb") as file:
            token = file.read(_TOKEN_BYTES).decode("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise exits.CommandError(f"cannot read the token of {path}: {error}") from None
    if not token:
        raise exits.CommandError(f"{path} holds no token")
    return token


def _check_installed() -> None:
    from importlib.util import find_spec

    missing = [name for name in ("starlette", "uvicorn") if find_spec(name) is None]
    if missing:
        raise exits.CommandError(
            f"{' and '.join(missing)} not installed; pip install 'kokoro-doors[openai]'"
        )
