# pure: no socket, thread or clock.
"""What the gateway counts, as Prometheus' text."""

from __future__ import annotations

from collections import Counter


class Counters:
    """Owns: numbers alone. The kinds of a request are few: those of the routes."""

    def __init__(self) -> None:
        self.streams = 0  # speeches under way
        self.left = 0  # ended because their client had gone
        self.refused = 0  # by the guard
        self.characters = 0
        self.answers: Counter[tuple[str, int]] = Counter()

    def answered(self, route: str, status: int) -> None:
        self.answers[route, status] += 1

    def text(self) -> str:
        lines = [
            "# TYPE kokoro_gateway_streams gauge",
            f"kokoro_gateway_streams {self.streams}",
            "# TYPE kokoro_gateway_left_total counter",
            f"kokoro_gateway_left_total {self.left}",
            "# TYPE kokoro_gateway_refused_total counter",
            f"kokoro_gateway_refused_total {self.refused}",
            "# TYPE kokoro_gateway_characters_total counter",
            f"kokoro_gateway_characters_total {self.characters}",
            "# TYPE kokoro_gateway_answers_total counter",
        ]
        lines += [
            f'kokoro_gateway_answers_total{{route="{route}",status="{status}"}} {count}'
            for (route, status), count in sorted(self.answers.items())
        ]
        return "\n".join(lines) + "\n"
