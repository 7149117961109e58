"""The picture in the README: what draws it, and the one that is there."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from support.paths import DOCS, ROOT

from tools import picture

SVG = "{http://www.w3.org/2000/svg}"


def lines(svg: Element, group: str) -> list[str]:
    return [t.text or "" for t in svg.iterfind(f"{group}/{SVG}text")]


def test_each_line_is_shown_in_its_time() -> None:
    run, frame = picture.Run, picture.Frame
    first, marked = (run(0, "$ <say>", "#fff"),), (run(2, "now", "#000", "#ff0"),)
    frames = [
        frame(0.0, (first,)),
        frame(1.0, (first, marked)),
        frame(2.0, (first, (run(2, "then", "#fff"),))),
    ]
    text = picture.draw(frames, ends=5.0)
    svg = fromstring(text)
    groups = {g.get("class"): lines(g, ".") for g in svg.iterfind(f"{SVG}g")}
    assert lines(svg, ".") == ["$ <say>"]
    # If nothing moves the last screen stands, and only that.
    assert groups == {"t0 gone": ["now"], "t1": ["then"]}
    assert (
        "@keyframes t0{0%{visibility:hidden}10%{visibility:visible}20%{visibility:hidden}}" in text
    )
    assert (
        "@keyframes t1{0%{visibility:hidden}20%{visibility:visible}100%{visibility:visible}}"
        in text
    )
    (ground,) = [r for r in svg.iter(f"{SVG}rect") if r.get("fill") == "#ff0"]
    assert float(ground.get("width", "")) == pytest.approx(3 * 8.4, abs=0.1)


def test_the_readme_shows_a_recording_of_the_commands_it_names() -> None:
    assert "docs/picture.svg" in (ROOT / "README.md").read_text(encoding="utf-8")
    text = (DOCS / "picture.svg").read_text(encoding="utf-8")
    svg = fromstring(text)
    shown = "\n".join(t.text or "" for t in svg.iter(f"{SVG}text"))
    assert all(f"$ {command}" in shown for command in picture.COMMANDS)
    assert "daemon" in shown
    assert "ready, version" in shown
    # A word is marked at a time.
    assert len([r for r in svg.iter(f"{SVG}rect") if r.get("fill", "").startswith("#ffd")]) > 5
    # Nothing of the machine that recorded it, nothing from elsewhere.
    assert not re.search(r"/(?:tmp|root|home|Users)/|https?://(?!www\.w3\.org/2000/svg)", text)
