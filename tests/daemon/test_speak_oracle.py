"""The end-to-end oracle: what a text is expected to say is what is heard, token by token.

Sixty generated texts (`KOKORO_ORACLE_TEXTS=500`: a thousand, in `make fuzz`) go
through the socket, the real process and real onnxruntime; the toy's ear turns the sound back into
tokens. What they should be comes from the real kokoro-onnx (its Tokenizer, on the same text) or
from this daemon's own front end.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from support import toy
from support.daemon.conversation import Conversation
from support.daemon.making import MakeDaemon, ToyFiles
from support.daemon.process import DaemonProcess

from kokorod.models.store import Store
from kokorod.speech.frontend import KokoroFrontEnd
from kokorod.speech.markup.sources import open_source
from kokorod.speech.reader import Reader
from kokorod.speech.thread import ReadingOptions
from kokorod.types import Markup, TextState

WORDS = """
    the a of and morning harbour light quiet seven thousand lamps under old bridges where
    boats wait for someone who never comes back although everybody knows that rain will
    fall on the market before noon children run past shops whose windows show bread
    copper kettles letters gardens Ohio Berlin Nguyen Einstein maybe perhaps it's don't
    """.split()
ENDS = [".", ".", ".", "!", "?", "..."]
SAMPLE_S = 24_000

#: Of each of the two oracles.
TEXTS = int(os.environ.get("KOKORO_ORACLE_TEXTS", "30"))


def make_text(random_: random.Random) -> str:
    """One to six sentences of one to thirty words, with clause marks here and there."""
    sentences = []
    for _ in range(random_.choice([1, 1, 1, 2, 3, 6])):
        words = [random_.choice(WORDS) for _ in range(random_.randint(1, 30))]
        words[0] = words[0].capitalize()
        for at in range(3, len(words) - 2, 7):
            if random_.random() < 0.5:
                words[at] += random_.choice([",", ";", ":"])
        sentences.append(" ".join(words) + random_.choice(ENDS))
    return " ".join(sentences)


def start(
    make_daemon: MakeDaemon, toy_files: ToyFiles, home: Path, **settings: str
) -> DaemonProcess:
    Store(home / "models").import_files(toy_files.model, toy_files.voices, "toy")
    return make_daemon(settings, home=home).start().wait_ready()


def joined(phonemes: str) -> str:
    """Phonemes with the space after a sentence's end left out: a join makes it a pause."""
    for mark in ".!?…":
        phonemes = phonemes.replace(f"{mark} ", mark)
    return phonemes


def hear_all(daemon: DaemonProcess, texts: list[str], **fields: object) -> list[list[int]]:
    """Each text's tokens; ten in flight on one connection, and no mistake in any sound."""
    heard: list[list[int]] = []
    with Conversation(daemon.socket) as conversation:
        for at in range(0, len(texts), 10):
            batch = list(enumerate(texts[at : at + 10], at))
            for number, text in batch:
                conversation.speak(number, text, cache=False, **fields)
            for number, text in batch:
                end = conversation.end_of(number)
                assert end["type"] == "done", end
                sound = conversation.pcm(number)
                said = toy.decode(sound)
                assert not said.cut, (text, said.phonemes)
                assert not said.unclear, (text, said.phonemes)
                assert toy.clicks(sound) == [], text
                heard.append(list(said.tokens))
            conversation.answers.clear()
            conversation.in_order.clear()
    return heard


@pytest.mark.timeout(600)
def test_texts_say_the_tokens_of_kokoro_onnx(
    make_daemon: MakeDaemon, toy_files: ToyFiles, tmp_path: Path
) -> None:
    from kokoro_onnx.tokenizer import Tokenizer

    daemon = start(make_daemon, toy_files, tmp_path / "h", KOKORO_PHONEMES="espeak")
    texts = [make_text(random.Random(seed)) for seed in range(TEXTS)]
    tokenizer = Tokenizer()
    for text, heard in zip(texts, hear_all(daemon, texts), strict=True):
        phonemes = " ".join(tokenizer.phonemize(text, "en-us").split())
        expected = tokenizer.tokenize(joined(phonemes), limit=None)
        assert tokenizer.tokenize(joined(toy.phonemes_of(heard)), limit=None) == expected, text


@pytest.mark.timeout(600)
def test_texts_say_the_tokens_of_the_front_end(
    make_daemon: MakeDaemon, toy_files: ToyFiles, tmp_path: Path
) -> None:
    daemon = start(make_daemon, toy_files, tmp_path / "h")
    front_end = KokoroFrontEnd(tmp_path / "cache", tmp_path / "lexicon.toml", print)
    options = ReadingOptions("en-us")
    texts = [make_text(random.Random(seed)) for seed in range(1_000, 1_000 + TEXTS)]
    for text, heard in zip(texts, hear_all(daemon, texts), strict=True):
        reader = Reader(
            open_source(Markup.AUTO, "en-us"), lambda fragment: front_end.say(options, fragment)
        )
        reader.feed(text, final=True)
        expected, state = [], TextState.MORE
        while state is not TextState.END:
            reading = reader.read()
            expected += [s.phonemes for s in reading.sentences if s.phonemes]
            state = reading.state
        said = toy.phonemes_of(heard)
        assert joined(said) == joined(" ".join(expected)), text


def test_text_appended_word_by_word_says_the_same(toy_daemon: DaemonProcess) -> None:
    for seed in range(20):
        text = make_text(random.Random(5_000 + seed))
        with Conversation(toy_daemon.socket) as conversation:
            whole = toy.decode(conversation.said(1, text, cache=False)).phonemes
            conversation.send("speak", 2, text="", final=False)
            for word in text.split(" "):
                conversation.send("append", 2, text=word + " ")
            conversation.send("append", 2, text="", final=True)
            assert conversation.end_of(2)["type"] == "done"
            parts = toy.decode(conversation.pcm(2)).phonemes
        assert joined(parts) == joined(whole), text


def test_pauses_between_sentences_are_the_configured_ones(
    make_daemon: MakeDaemon, toy_files: ToyFiles, tmp_path: Path
) -> None:
    for pause_ms in ("0", "250", "900"):
        home = tmp_path / pause_ms
        daemon = start(make_daemon, toy_files, home, KOKORO_SENTENCE_PAUSE_MS=pause_ms)
        with Conversation(daemon.socket) as conversation:
            text = "One two three. Four five six? Seven eight nine!"
            heard = toy.decode(conversation.said(1, text))
        # Some ms of silence stay even if no pause is wanted, against a click.
        pauses = [s.length / SAMPLE_S for s in heard.silences if s.length > SAMPLE_S // 50]
        wanted = int(pause_ms) / 1000
        assert pauses == pytest.approx([wanted] * 2 if wanted else [], abs=0.005)
