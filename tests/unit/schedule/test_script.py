"""The ramp: nothing is lost or said twice, cuts are where they may be, budgets are kept."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.schedule.script_texts import ordered, texts

from kokorod.schedule import frames
from kokorod.schedule.cuts import AFTER, BEFORE, MIN_TOKENS
from kokorod.schedule.frames import expected
from kokorod.schedule.script import Script
from kokorod.types import Mark, Segment, Sentence, TextState, Word

PAUSE_S = 0.25

#: What a segment of ordinary words may need at least: ten, and the rest of a word.
NEXT = MIN_TOKENS + 8

feeds = st.lists(st.integers(0, 4), max_size=30)
takes = st.lists(st.integers(0, 3), min_size=1, max_size=30)
budgets = st.lists(st.integers(-20, 520), min_size=1, max_size=40)
caps = st.lists(st.integers(16, 200), min_size=1, max_size=10)


@dataclass(frozen=True)
class Then:
    """What a lane's cost makes of the budget that follows a run: linear in what it spoke."""

    gain: float
    base: int

    def __call__(self, phonemes: int, frames: float) -> float:
        return self.base + self.gain * phonemes - 0.8 * frames


#: Lanes faster than real time, slower, and so fast that it never matters.
thens = st.one_of(
    st.just(Then(0, 1_000_000)), st.builds(Then, st.floats(0.4, 9), st.integers(-20, 120))
)


@dataclass
class Taken:
    """A segment and what the script knew when it was taken."""

    segment: Segment
    budget: int
    cap: int
    sentences: list[Sentence]  # that had arrived and were to be spoken
    at: int  # phonemes taken before, all sentences joined without a space between
    state: TextState


@dataclass
class Rehearsal:
    """Feeds a script piece by piece and takes segments in between."""

    script: Script
    budgets: list[int]
    caps: list[int]
    then: Then
    taken: list[Taken] = field(default_factory=list)
    arrived: list[Sentence] = field(default_factory=list)
    at: int = 0

    def take(self, most: int | None = None) -> None:
        while self.script.runnable and (most is None or most > 0):
            turn = len(self.taken)
            budget = self.budgets[turn % len(self.budgets)]
            cap = self.caps[turn % len(self.caps)]
            segment = self.script.next(budget, cap, self.then)
            self.taken.append(
                Taken(segment, budget, cap, list(self.arrived), self.at, self.script.state)
            )
            self.at += len(segment.phonemes) - len(segment.breaks)
            most = None if most is None else most - 1

    def feed(self, sentences: list[Sentence], state: TextState) -> None:
        self.script.add(sentences, state)
        self.arrived += [s for s in sentences if s.phonemes or s.pause_s]


def rehearse(
    sentences: list[Sentence],
    pieces: list[int],
    takes: list[int],
    budgets: list[int],
    caps: list[int],
    context: bool = True,
    then: Then = Then(0, 1_000_000),
) -> Rehearsal:
    script = Script(sentence_pause_s=PAUSE_S, context=context)
    rehearsal = Rehearsal(script, budgets, caps, then)
    left = list(sentences)
    for turn, piece in enumerate(pieces):
        state = TextState.MORE if turn % 2 else TextState.WAITING
        rehearsal.feed(left[:piece], state)
        del left[:piece]
        rehearsal.take(takes[turn % len(takes)])
    rehearsal.feed(left, TextState.END)
    rehearsal.take()
    assert rehearsal.script.ended
    assert rehearsal.script.backlog == 0
    return rehearsal


rehearsals = st.builds(rehearse, texts, feeds, takes, budgets, caps, st.booleans(), thens)


def parts(segment: Segment) -> list[str]:
    """A segment's phonemes by sentence; the space at each break belongs to none."""
    found, done = [], 0
    for pause in segment.breaks:
        assert segment.phonemes[pause.at] == " "
        assert pause.pause_s == PAUSE_S
        found.append(segment.phonemes[done : pause.at])
        done = pause.at + 1
    return [*found, segment.phonemes[done:]]


def ends_of(sentences: list[Sentence]) -> dict[int, Sentence]:
    """Where each sentence that speaks ends, in phonemes joined without a space."""
    ends, at = {}, 0
    for sentence in sentences:
        at += len(sentence.phonemes)
        if sentence.phonemes:
            ends[at] = sentence
    return ends


@dataclass(frozen=True)
class Place:
    """Where a segment might have ended; cost: frames of the run if the join has no context."""

    length: int
    rest: int
    breaks: int
    cost: float
    sentence_end: bool

    def leaves_enough(self, then: Then, state: TextState) -> bool:
        """Whether another segment of ordinary words can be made while this one is heard."""
        all_known = state is not TextState.MORE
        if all_known and not self.rest:
            return True
        need = self.rest if all_known and self.rest < NEXT + MIN_TOKENS else NEXT
        return then(self.length, self.cost) >= expected(need)


def word_at(text: str, at: int) -> str:
    """The word that a cut before character `at` would part, or touches."""
    first = text.rfind(" ", 0, at) + 1
    last = text.find(" ", at)
    return text[first : last if last >= 0 else len(text)]


def may_cut(text: str, at: int, cap: int) -> bool:
    """Whether a sentence may be cut before its character `at`."""
    return text[at - 1] == " " or len(word_at(text, at)) >= cap


def allowed_places(taken: Taken) -> list[Place]:
    """Every end between words that the rules allow, found by looking at each character."""
    sentences, at = list(taken.sentences), taken.at
    while at >= len(sentences[0].phonemes):
        at -= len(sentences[0].phonemes)
        sentences.pop(0)
    rest = sum(len(s.phonemes) for s in sentences) - at
    places: list[Place] = []
    length = 0
    for number, sentence in enumerate(sentences):
        if number and not sentence.phonemes:
            break
        length += 1 if number else 0
        text = sentence.phonemes
        for stop in range(at + 1, len(text) + 1):
            here = length + stop - at
            if here > taken.cap:
                return places
            if stop == len(text) or text[stop - 1] == " ":
                cost = expected(len(taken.segment.before) + here, number)
                places.append(Place(here, rest - (stop - at), number, cost, stop == len(text)))
        length += len(text) - at
        rest -= len(text) - at
        at = 0
        if sentence.pause_s is not None:
            break
    return places


def long_enough(place: Place, state: TextState) -> bool:
    """Whether neither a segment nor what it leaves, if that is all, is too short."""
    if state is TextState.END and place.rest < MIN_TOKENS:
        return place.rest == 0
    return place.length >= MIN_TOKENS


@given(rehearsals)
def test_nothing_is_lost_or_said_twice(rehearsal: Rehearsal) -> None:
    said = "".join(part for taken in rehearsal.taken for part in parts(taken.segment))
    assert said == "".join(sentence.phonemes for sentence in rehearsal.arrived)
    assert [t.segment.index for t in rehearsal.taken] == list(range(len(rehearsal.taken)))


@given(rehearsals)
def test_no_segment_is_over_the_cap(rehearsal: Rehearsal) -> None:
    for taken in rehearsal.taken:
        assert len(taken.segment.phonemes) <= taken.cap


@given(rehearsals)
def test_breaks_are_where_sentences_end(rehearsal: Rehearsal) -> None:
    ends = ends_of(rehearsal.arrived)
    for taken in rehearsal.taken:
        if not taken.segment.phonemes:
            continue
        last = taken.at + len(taken.segment.phonemes) - len(taken.segment.breaks)
        inside = {at for at in ends if taken.at < at < last}
        at, found = taken.at, set()
        for part in parts(taken.segment)[:-1]:
            at += len(part)
            found.add(at)
        assert found == inside
        # A sentence that asks for a pause of its own is never joined to the next.
        assert all(ends[at].pause_s is None for at in inside)


@given(rehearsals)
def test_a_segment_knows_whether_a_sentence_begins_with_it(rehearsal: Rehearsal) -> None:
    begins = {0, *ends_of(rehearsal.arrived)}
    for taken in rehearsal.taken:
        if taken.segment.phonemes:
            assert taken.segment.begins == (taken.at in begins)


@given(rehearsals)
def test_cuts_are_only_where_they_may_be(rehearsal: Rehearsal) -> None:
    ends = ends_of(rehearsal.arrived)
    for taken in rehearsal.taken:
        last = taken.at + len(taken.segment.phonemes) - len(taken.segment.breaks)
        if not taken.segment.phonemes or last in ends:
            continue
        end, sentence = next((at, s) for at, s in ends.items() if at > last)
        inside = last - (end - len(sentence.phonemes))
        assert may_cut(sentence.phonemes, inside, min(rehearsal.caps)), taken.segment.phonemes


@given(rehearsals)
def test_budgets_are_kept_where_that_can_be(rehearsal: Rehearsal) -> None:
    for taken in rehearsal.taken:
        segment, then = taken.segment, rehearsal.then
        if not segment.phonemes:
            continue
        places = [p for p in allowed_places(taken) if long_enough(p, taken.state)]
        chosen = [p for p in places if p.length == len(segment.phonemes)]
        lasting = [p for p in places if p.leaves_enough(then, taken.state)]
        fitting = [p for p in places if p.cost <= taken.budget]
        # Never too short to sound well, nor leaving what is.
        assert chosen or not places
        if both := [p for p in lasting if p in fitting]:
            assert frames.of(segment) <= taken.budget + 1e-9
            assert chosen[0] in lasting
            # The longest run of whole sentences that does both is taken whole.
            if whole := [p.length for p in both if p.sentence_end]:
                assert len(segment.phonemes) == max(whole)
        elif lasting:
            assert len(segment.phonemes) == lasting[0].length
        elif fitting:
            assert frames.of(segment) <= taken.budget + 1e-9


@given(rehearsals)
def test_context_is_what_stands_next_to_it(rehearsal: Rehearsal) -> None:
    ends = ends_of(rehearsal.arrived)
    whole = "".join(sentence.phonemes for sentence in rehearsal.arrived)
    joined = False
    for taken in rehearsal.taken:
        segment = taken.segment
        last = taken.at + len(segment.phonemes) - len(segment.breaks)
        begun = max((at for at in ends if at <= taken.at), default=0)
        ending = min((at for at in ends if at >= last), default=0)
        # Both sides of a join have context, or none.
        assert segment.before == (whole[max(begun, taken.at - BEFORE) : taken.at] if joined else "")
        joined = bool(segment.after)
        assert segment.after == (whole[last : min(ending, last + AFTER)] if joined else "")


@given(texts, caps)
def test_context_is_there_at_every_join_where_there_is_time(
    sentences: list[Sentence], caps: list[int]
) -> None:
    rehearsal = rehearse(sentences, [], [1], [1_000_000], caps)
    ends = ends_of(rehearsal.arrived)
    for taken in rehearsal.taken:
        last = taken.at + len(taken.segment.phonemes) - len(taken.segment.breaks)
        if taken.segment.phonemes:
            assert bool(taken.segment.after) == (last not in ends)
    assert not any(
        t.segment.before or t.segment.after
        for t in rehearse(sentences, [], [1], [1_000_000], caps, context=False).taken
    )


@given(rehearsals)
def test_words_are_where_they_are_said(rehearsal: Rehearsal) -> None:
    text: dict[int, str] = {}
    for sentence in rehearsal.arrived:
        text.update(enumerate(sentence.phonemes, sentence.start))
    seen: list[Word] = []
    for taken in rehearsal.taken:
        segment = taken.segment
        for word in segment.words:
            said = segment.phonemes[word.first : word.last]
            written = "".join(text[at] for at in range(word.start, word.end))
            assert said
            # Only a word that is cut at the segment's end may be said in part, and comes
            # again in the next one.
            begins, ends = written.startswith(said), written.endswith(said)
            assert begins or word.first == 0
            assert ends or word.last == len(segment.phonemes)
            if said == written:
                assert segment.start <= word.start
                assert word.end <= segment.end
            if seen and (seen[-1].start, seen[-1].end) == (word.start, word.end):
                assert not begins or written.count(said) > 1
                seen.pop()
            seen.append(word)
    expected = [(w.start, w.end) for s in rehearsal.arrived for w in s.words]
    assert [(w.start, w.end) for w in seen] == expected


@given(rehearsals)
def test_spans_go_on_and_cover_the_text(rehearsal: Rehearsal) -> None:
    segments = [t.segment for t in rehearsal.taken]
    assert ordered([s.start for s in segments])
    assert ordered([s.end for s in segments])
    assert all(s.start <= s.end for s in segments)
    if rehearsal.arrived:
        assert segments[0].start == rehearsal.arrived[0].start
        assert segments[-1].end == rehearsal.arrived[-1].end


@given(rehearsals)
def test_pauses_follow_sentences_only(rehearsal: Rehearsal) -> None:
    ends = ends_of(rehearsal.arrived)
    for taken in rehearsal.taken:
        segment = taken.segment
        if not segment.phonemes:
            assert segment.pause_s > 0
            continue
        last = taken.at + len(segment.phonemes) - len(segment.breaks)
        if last not in ends:
            assert segment.pause_s == 0
        elif ends[last].pause_s is not None:
            assert segment.pause_s == ends[last].pause_s
        else:
            is_last = taken is rehearsal.taken[-1] and taken.state is TextState.END
            assert segment.pause_s == (0 if is_last else PAUSE_S)


@given(texts, st.integers(150, 10_000))
def test_a_fast_machine_never_cuts_a_sentence(sentences: list[Sentence], budget: int) -> None:
    short = [s for s in sentences if MIN_TOKENS <= len(s.phonemes) <= 150]
    rehearsal = rehearse(short, [], [1], [round(expected(budget)) + 1], [150])
    ends = ends_of(rehearsal.arrived)
    for taken in rehearsal.taken:
        last = taken.at + len(taken.segment.phonemes) - len(taken.segment.breaks)
        assert last in ends


@given(st.lists(st.text("ab", max_size=5), max_size=9), budgets)
def test_the_built_in_voice_speaks_sentence_by_sentence(
    spoken: list[str], budgets: list[int]
) -> None:
    script = Script(sentence_pause_s=PAUSE_S, by_sentence=True)
    sentences = [Sentence(10 * at, 10 * at + len(text), text, "") for at, text in enumerate(spoken)]
    script.add(sentences, TextState.END)
    assert script.backlog == sum(map(len, spoken))
    segments: list[Segment] = []
    while script.runnable:
        segments.append(script.next(budgets[len(segments) % len(budgets)], 150))
    said = [s for s in sentences if s.spoken]
    assert [(s.start, s.end, s.spoken) for s in segments] == [
        (s.start, s.end, s.spoken) for s in said
    ]
    assert [s.pause_s for s in segments] == [PAUSE_S] * (len(said) - 1) + [0] * bool(said)
    assert script.ended


def test_a_pause_alone_speaks_nothing() -> None:
    script = Script(sentence_pause_s=PAUSE_S)
    script.add([Sentence(0, 3, "...", "", (), 0.5)], TextState.END)
    segment = script.next(100, 150)
    assert (segment.spoken, segment.phonemes, segment.pause_s) == ("", "", 0.5)


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        (500, "Then came the rain, and all the children ran for the old barn."),
        (62, "Then came the rain, "),
        (40, "Then came the rain, "),
        (30, "Then came the rain, "),
        (22, "Then came the rain, "),
        (21, "Then came the "),
        (1, "Then came "),
    ],
)
def test_sentence_before_clause_before_word(budget: int, said: str) -> None:
    opening = "It was evening."
    text = "Then came the rain, and all the children ran for the old barn."
    script = Script(sentence_pause_s=PAUSE_S)
    sentences = [Sentence(0, 15, opening, opening, (), 0.5), Sentence(16, 78, text, text)]
    script.add(sentences, TextState.END)
    assert script.next(500, 150).phonemes == opening
    assert script.next(expected(budget - 2), 150).phonemes == said


def test_one_run_has_one_voice_and_one_speed_and_marks_keep_their_place() -> None:
    script = Script(sentence_pause_s=PAUSE_S)
    script.add(
        [
            Sentence(0, 9, "Said now.", "Said now.", marks=(Mark("a", 5), Mark("end", 9))),
            Sentence(10, 20, "And again.", "And again.", marks=(Mark("b", 0),)),
            Sentence(21, 31, "By others.", "By others.", voice="am_adam", rate=0.8),
        ],
        TextState.END,
    )
    first, second = script.next(1_000, 150), script.next(1_000, 150)
    assert first.phonemes == "Said now. And again."
    assert first.marks == (Mark("a", 5), Mark("end", 9), Mark("b", 10))
    assert (first.voice, first.rate) == ("", 1.0)
    assert (second.phonemes, second.voice, second.rate) == ("By others.", "am_adam", 0.8)
