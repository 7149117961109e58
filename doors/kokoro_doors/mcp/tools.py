# worker: each call of a tool runs in a thread of the mcp package.
"""What an agent may do at the speaker.

Owns:       what it has asked to be spoken, until that has ended.
Never:      speaks on when the client is closed.
"""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable
from typing import Any, Final, Literal

from kokoro_client import Client
from kokoro_client.errors import KokoroError
from kokoro_client.playing import Playing
from kokoro_client.wire.choices import Ending

#: Of what the agent is told about the daemon; the rest is for people.
_STATUS: Final = ("state", "version", "engine", "voice", "model", "speaker")


class Tools:
    def __init__(self, client: Client, voice: str) -> None:
        self._client = client
        self._voice = voice
        self._changing = threading.Lock()
        self._playing: list[Playing] = []  # bounded by what the daemon takes of one client: 32

    def all(self, failed: type[Exception]) -> list[Callable[..., Any]]:
        """failed: what is raised with a message for the agent."""
        tools = (self.speak, self.stop, self.pause, self.resume, self.status, self.voices)
        return [_telling(tool, failed) for tool in tools]

    def speak(
        self,
        text: str,
        voice: str = "",
        speed: float = 1.0,
        priority: Literal["important", "message", "text", "notification", "progress"] = "text",
        wait: bool = False,
    ) -> str:
        """Say text (plain, Markdown or SSML) to the user, at the loudspeaker.

        voice: a name from `voices`, or a blend like "af_heart:0.6,am_adam:0.4"; empty: the
        usual one. speed: 0.5 to 2. wait: return when it has been heard, and say how it ended;
        else return at once.
        """
        markup = "auto" if text.lstrip().startswith("<speak") else "markdown"
        playing = self._client.play(
            text, voice=voice or self._voice, speed=speed, priority=priority, markup=markup
        )
        with self._changing:
            self._playing = [each for each in self._playing if not _over(each)] + [playing]
        if wait:
            return str(playing.wait() or Ending.FINISHED)
        accepted = playing.speech.accepted  # raises what the daemon refuses
        return f"speaking, voice {accepted.voice}" if accepted else "nothing to say"

    def stop(self, everyone: bool = False) -> str:
        """End what you are saying. everyone: what any program is saying, and all that waits."""
        if everyone:
            return f"stopped {self._client.control('stop', all=True).get('stopped', 0)}"
        with self._changing:
            mine, self._playing = [p for p in self._playing if not _over(p)], []
        for playing in mine:
            playing.stop()
        return f"stopped {len(mine)}"

    def pause(self) -> str:
        """Silence at the loudspeaker, whoever speaks, until `resume`."""
        self._client.control("pause")
        return "paused"

    def resume(self) -> str:
        """Go on after `pause`."""
        self._client.control("resume")
        return "resumed"

    def status(self) -> dict[str, Any]:
        """What speaks, and what is at the loudspeaker: its queue, first what is being heard."""
        status = self._client.status()
        told = {key: status[key] for key in _STATUS if key in status}
        return {**told, "queue": self._client.queue()}

    def voices(self, lang: str = "") -> list[dict[str, str]]:
        """The voices: name, lang, gender, grade (A is the best). lang: only of it, e.g. en-us."""
        found = self._client.voices()
        keys = ("name", "lang", "gender", "grade")
        return [
            {key: str(voice.get(key, "")) for key in keys}
            for voice in found
            if not lang or str(voice.get("lang", "")).startswith(lang)
        ]

    def wait(self) -> None:
        """Until all has been heard, or has failed."""
        for playing in self._playing:
            try:
                playing.wait()
            except KokoroError:
                continue  # nobody is there who could be told


def _telling(tool: Callable[..., Any], failed: type[Exception]) -> Callable[..., Any]:
    @functools.wraps(tool)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return tool(*args, **kwargs)
        except KokoroError as error:
            raise failed(str(error)) from None

    run.__doc__ = inspect.cleandoc(tool.__doc__ or "")  # the agent reads it
    return run


def _over(playing: Playing) -> bool:
    try:
        return playing.wait(0) is not None
    except KokoroError:
        return True
