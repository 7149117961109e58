"""The gateway's page in a real Chromium: it plays, marks, stops, downloads, for everybody.

Not among the default tests, because a browser is large: `make page`.
It looks at the page with axe-core of npm, and says so if that is not there. KOKORO_PICTURES is a
folder for screenshots.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.browser import PROGRAM, Page, page
from support.daemon.homes import speaking, toy_home
from support.daemon.process import DaemonProcess, wait_until
from support.gateway import Gateway, gateway
from support.paths import ROOT

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no chromium")

#: `make page` gets it.
AXE = ROOT / "build" / "browser" / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = os.environ.get("KOKORO_PICTURES", "")

TEXT = "One two three four. Five six seven eight. Nine ten eleven twelve."

#: Between the word that is marked and the one that is heard, ms.
MARKED_MS = 80.0


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    with speaking(toy_home(tmp_path_factory.mktemp("page"))) as daemon:
        yield daemon


@pytest.fixture(scope="module")
def door(daemon: DaemonProcess) -> Iterator[Gateway]:
    with gateway(daemon.environ) as door:
        yield door


@pytest.fixture
def shown(door: Gateway) -> Iterator[Page]:
    with page(f"{door.url}/") as shown:
        shown.wait("document.getElementById('voice').options.length > 0")
        yield shown
        assert shown.problems == []


def write(shown: Page, text: str) -> None:
    shown.run(
        f"(() => {{ const t = document.getElementById('text'); t.value = {text!r};"
        " t.dispatchEvent(new Event('input')); })()"
    )


def marked(shown: Page) -> str:
    return str(shown.run("document.querySelector('#reading .now')?.textContent || ''"))


def test_it_plays_and_marks_the_words_as_they_are_heard(shown: Page) -> None:
    write(shown, TEXT)
    shown.run(
        "window.loud = 0;"
        " window.timer = setInterval(() => { loud = Math.max(loud, kokoro.level()); }, 10)"
    )
    # A browser that gets no processor for the length of a word marks the next one instead.
    said = [_said_and_marked(shown) for _ in range(3) if not shown.run("window.whole || false")]
    assert shown.run("whole && loud") > 0.05
    late = said[-1]
    assert sorted(late)[len(late) // 2] <= MARKED_MS, late


def _said_and_marked(shown: Page) -> list[float]:
    """Play it; ms between each word's mark and its sound. Sets `whole` if each was marked."""
    # Each word's mark is noted in the page, beside what is heard at that moment.
    shown.run(
        "window.notes = []; window.noting?.disconnect(); window.noting = new MutationObserver("
        "() => { const now = document.querySelector('#reading .now'); if (!now) return;"
        " notes.push([now.textContent, Number(now.dataset.start), kokoro.position()]); });"
        " noting.observe(document.getElementById('reading'), {subtree: true, attributes: true})"
    )
    shown.click("play")
    shown.wait("notes.length > 0")
    words = shown.wait("kokoro.words().length === 12 && kokoro.words()")
    shown.wait("document.getElementById('said').textContent === 'Done'")
    seen: dict[int, float] = {}
    for _, start, at in shown.run("notes"):
        seen.setdefault(start, at)
    assert list(seen) == sorted(seen)
    spoken = [TEXT[start:].split()[0] for start in seen]
    assert set(spoken) <= set(TEXT.split())
    shown.run(f"window.whole = {'true' if spoken == TEXT.split() else 'false'}; 0")
    return [1000 * abs(seen[w["start"]] - w["at"]) for w in words if w["start"] in seen]


def test_pause_stop_back_and_forward(shown: Page, daemon: DaemonProcess) -> None:
    write(shown, TEXT * 5)
    shown.click("play")
    shown.wait("kokoro.position() > 0.3")
    shown.click("pause")
    shown.wait("document.getElementById('pause').textContent === 'Resume'")
    at = shown.run("kokoro.position()")
    assert shown.run("new Promise(r => setTimeout(() => r(kokoro.position()), 300))") - at < 0.1
    shown.click("pause")
    shown.wait("document.getElementById('pause').textContent === 'Pause'")
    shown.click("forward")
    wait_until(lambda: marked(shown) in ("Five", "six", "seven", "eight."), "the second sentence")
    shown.click("back")
    wait_until(lambda: marked(shown) in ("One", "two", "three", "four."), "the first sentence")
    shown.click("stop")
    shown.wait("document.getElementById('said').textContent === 'Stopped'")
    shown.wait("kokoro.level() < 0.001")
    wait_until(lambda: daemon.ask("status")["requests"]["active"] == 0, "the daemon's end of it")
    assert marked(shown) == ""


def test_a_word_is_where_it_starts_by_mouse_and_by_keyboard(shown: Page) -> None:
    write(shown, TEXT)
    shown.run("document.querySelectorAll('#reading span')[9].click()")
    wait_until(lambda: marked(shown) in ("ten", "eleven"), "the word that was clicked")
    shown.click("stop")
    shown.run("document.getElementById('reading').focus()")
    for _ in range(6):
        shown.key("ArrowRight")
    assert shown.run("document.querySelector('#reading .chosen').textContent") == "six"
    shown.key("Enter")
    wait_until(lambda: marked(shown) in ("six", "seven"), "the word that was chosen")
    shown.click("stop")


def test_it_downloads_and_explains(shown: Page, tmp_path: Path) -> None:
    shown.call("Page.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    write(shown, "It costs $5.30.")
    shown.run("document.getElementById('format').value = 'wav'")
    shown.click("download")
    file = tmp_path / "speech.wav"
    wait_until(file.exists, "the file")
    assert file.read_bytes()[:4] == b"RIFF"
    shown.click("explain")
    table = shown.wait("document.querySelector('#explained table')?.textContent")
    assert "five dollars and thirty cents" in table


def test_two_voices_are_blended_and_a_failure_is_told(shown: Page) -> None:
    names = shown.run("[...document.getElementById('voice').options].map(o => o.value)")
    shown.run(
        "(() => { const o = document.getElementById('other');"
        f" o.value = {names[1]!r}; o.dispatchEvent(new Event('change')); }})()"
    )
    assert shown.run("voice()") == f"{names[0]}:0.5,{names[1]}:0.5"
    shown.run("document.getElementById('voice').add(new Option('x', 'nobody', true, true))")
    shown.click("play")
    said = shown.wait("document.getElementById('said').textContent")
    assert "nobody" in said
    shown.problems.clear()  # the browser notes each 400


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_everybody_can_use_it(shown: Page, dark: bool, width: int) -> None:
    shown.shape(width, 800, dark)
    assert shown.run("document.documentElement.scrollWidth") <= width
    write(shown, "Short. " * 3 + TEXT * 20)
    shown.click("explain")
    shown.wait("document.querySelector('#explained table') !== null")
    shown.click("play")
    wait_until(lambda: marked(shown) not in ("", "Short."), "a word is marked")
    if PICTURES:
        shown.run("scrollTo(0, 0)")
        name = f"page-{'dark' if dark else 'light'}-{width}.png"
        shown.picture(Path(PICTURES) / name)
    if not AXE.exists():
        pytest.skip(f"no {AXE.name}: npm is not there")
    shown.call("Page.setBypassCSP", enabled=True)
    shown.run(AXE.read_text(encoding="utf-8") + "; 0")
    found = shown.run("axe.run().then(r => r.violations.map(v => [v.id, v.nodes[0].html]))")
    assert found == []
    shown.click("stop")
