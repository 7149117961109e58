"""Writes the toy model and its voices: python tests/support/toy FOLDER"""

from __future__ import annotations

import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: python tests/support/toy FOLDER  (writes toy.onnx and toy-voices.bin)")
        return 2
    from support import toy

    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    print(toy.build(folder / "toy.onnx"))
    print(toy.write_voices(folder / "toy-voices.bin"))
    return 0


if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[2])
    sys.exit(main(sys.argv[1:]))
