# pure: no socket, thread or clock.
"""What the gateway is told when it starts, and its limits, each with its reason."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Final

from kokoro_client.cli.exits import USAGE, CommandError

#: Where programs for Kokoro look (Kokoro-FastAPI's port).
PORT: Final = 8880
HOST: Final = "127.0.0.1"

#: Two hours of speech; a book goes through `kokoroctl say`.
MAX_INPUT_CHARS: Final = 100_000

#: Four bytes a character, and the other keys.
MAX_BODY_BYTES: Final = 4 * MAX_INPUT_CHARS + 64 * 1024

#: A body that takes longer is not being sent by a program that wants an answer.
BODY_S: Final = 10.0

#: The daemon takes 32 requests of one client.
MAX_STREAMS: Final = 32

#: Sockets, busy or idle: far above what programs of one machine open.
MAX_CONNECTIONS: Final = 256

#: Beyond those: so many are told that it is full, more are hung up on. A program that asks once too
#: often is to read why.
MAX_TOLD: Final = 32

#: In the state of a request whose connection is one of those: whether it still is.
FULL: Final = "full"

#: Posts a second, for long, and at once: above what any program needs that waits for answers.
POSTS_A_SECOND: Final = 50
POSTS_AT_ONCE: Final = 200

#: How long a connection may say nothing.
IDLE_S: Final = 15

#: Shorter ones can be guessed.
_TOKEN_CHARS: Final = 16


@dataclass(frozen=True, slots=True)
class Settings:
    """host: an address or a name; token: empty: none is asked for.

    hosts    what a request's Host may name beside the loopback's names and `host`
    origins  pages of these may use it, as browsers write them: https://example.org
    connections  at once; the next one is told that it is full
    """

    host: str = HOST
    port: int = PORT
    token: str = ""
    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    voice: str = ""
    connections: int = MAX_CONNECTIONS


def checked(settings: Settings) -> Settings:
    """The settings, if they may be. Raises CommandError."""
    if settings.token and len(settings.token) < _TOKEN_CHARS:
        raise CommandError(
            f"the token has {len(settings.token)} characters; use at least {_TOKEN_CHARS}, e.g. "
            "of `openssl rand -hex 16`",
            USAGE,
        )
    if not settings.token and not is_loopback(settings.host):
        raise CommandError(
            f"--host {settings.host} lets other machines in; give a token as well, in "
            "KOKORO_GATEWAY_TOKEN or with --token-file",
            USAGE,
        )
    for origin in settings.origins:
        if not origin.startswith(("http://", "https://")) or origin.count("/") != 2:
            raise CommandError(
                f"--allow-origin {origin}: write it as a browser does, https://example.org", USAGE
            )
    return settings


def is_loopback(host: str) -> bool:
    """Whether only programs of this machine reach it."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
