# pure: no socket, thread or clock.
"""Formulas of TeX in words, as people read them. The parser is loaded with the first one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from ..tables import rows

#: A formula between its signs, in text; a price is none: see `is_formula`.
FORMULA: Final = (
    r"\$\$(?P<display>[^$]{1,2000})\$\$|\\\[(?P<shown>.{1,2000}?)\\\]|\\\((?P<inline>.{1,1000}?)\\\)"
    r"|(?<![\w$\\])\$(?P<dollars>(?![\s\d.,]*\$)(?!\s)[^$\n]{1,500}?(?<![\s\\]))\$(?![\w$])"
)
#: Between single dollars: signs of TeX or of mathematics, or a letter alone.
_SIGNS: Final = re.compile(r"[\\^_{}=+<>]|(?<=\w)\s?[-*/|]\s?(?=[A-Za-z(])|[A-Za-z]\([A-Za-z, ]+\)")
_VARIABLES: Final = re.compile(r"-?\d{0,3}[A-Za-z]'?(?:, ?[A-Za-z]){0,4}")
_MONEY: Final = re.compile(r"[A-Z_]{2,}\b|\d[\d,.]*[kKMB]?\b(?!\s*[\\^_{}=+<>*x])")


def is_formula(dollars: str) -> bool:
    """Whether what stands between two dollar signs is mathematics: not `5 and US`."""
    if _VARIABLES.fullmatch(dollars):
        return True
    return _SIGNS.search(dollars) is not None and not _MONEY.match(dollars)


def spoken(formula: str) -> str | None:
    """The formula in words; None if it cannot be parsed, or pylatexenc is missing."""
    try:
        from pylatexenc.latexwalker import LatexWalker
    except ImportError:
        return None
    try:
        nodes, _, _ = LatexWalker(formula, tolerant_parsing=True).get_latex_nodes()
    except Exception:  # noqa: BLE001 - a parser's bug; the formula is read as text
        return None
    return " ".join(_Speaker().words(nodes).split()) or None


_ROWS: Final = {written: (kind, spoken) for written, kind, spoken in rows("tex")}
_SCRIPTS: Final = {
    "2": "squared",
    "3": "cubed",
    "\\prime": "prime",
    "\\circ": "degrees",
    "*": "star",
}
_PARTS: Final = {
    ("1", "2"): "one half", ("1", "3"): "one third", ("2", "3"): "two thirds",
    ("1", "4"): "one quarter", ("3", "4"): "three quarters",
}  # fmt: skip
_ATOMS: Final = re.compile(r"\d+(?:[.,]\d+)*|[A-Za-z]|'+|<=|>=|!=|\S")
_SAID: Final = {
    "+": "plus", "-": "minus", "=": "equals", "<": "less than", ">": "greater than",
    "<=": "less than or equal to", ">=": "greater than or equal to", "!=": "not equal to",
    "*": "times", "/": "over", "!": "factorial", "'": "prime", "''": "double prime", "|": "",
    ":": "to", ",": ",", ";": ",", "(": "", ")": "", "[": "", "]": "", "&": "", "~": "", ".": "",
    "%": "percent",
}  # fmt: skip
_DEEPEST: Final = 40


class _Speaker:
    """Nodes of one formula into words."""

    def __init__(self) -> None:
        self._depth = 0

    def words(self, nodes: Sequence[Any]) -> str:
        self._depth += 1
        if self._depth > _DEEPEST:
            return ""
        atoms = [atom for node in nodes for atom in _atoms(node)]
        said: list[str] = []
        i = 0
        while i < len(atoms):
            atom = atoms[i]
            if isinstance(atom, str) and atom in ("^", "_"):
                target = atoms[i + 1] if i + 1 < len(atoms) else ""
                said.append(self._script(atom, target, bool(said)))
                i += 2
                continue
            name = getattr(atom, "macroname", "")
            if _ROWS.get(name, ("", ""))[0] == "large":
                low, high, i = self._scripts(atoms, i + 1)
                said.append(self._large(name, low, high))
                continue
            said.append(self._one(atom, said))
            i += 1
        self._depth -= 1
        return " ".join(word for word in said if word)

    def _scripts(self, atoms: Sequence[Any], i: int) -> tuple[str, str, int]:
        """What stands below and above a large sign, and the place after it."""
        found = {"_": "", "^": ""}
        while i + 1 < len(atoms) and isinstance(atoms[i], str) and atoms[i] in found:
            target = atoms[i + 1]
            found[atoms[i]] = (
                self._one(target, ()) if isinstance(target, str) else self._inside(target)
            )
            i += 2
        return found["_"], found["^"], i

    def _large(self, name: str, low: str, high: str) -> str:
        spoken = _ROWS[name][1]
        if name in ("lim", "limsup", "liminf"):
            return f"{spoken} as {low} of" if low else f"{spoken} of"
        if name in ("max", "min", "sup", "inf", "argmax", "argmin"):
            return f"{spoken} over {low} of" if low else spoken
        if high:
            return f"{spoken} from {low} to {high} of"
        return f"{spoken} over {low} of" if low else f"{spoken} of"

    def _one(self, atom: Any, said: Sequence[str]) -> str:
        if not isinstance(atom, str):
            return self._node(atom)
        last = said[-1] if said else ""
        if atom == "(" and (last in _FUNCTIONS or last == "prime"):
            return "of"
        if atom == "(" and (last.isdecimal() or (len(last) == 1 and last.isalpha())):
            return "times"
        if atom == "|" and "of" in said:
            return "given"
        if atom.isalpha():
            return atom.upper() if atom in ("a", "A", "I") else atom
        if atom == "-" and not any(said):
            return "minus"
        return _SAID.get(atom, atom)

    def _script(self, sign: str, target: Any, based: bool) -> str:
        said = target if isinstance(target, str) else self._inside(target)
        raw = target if isinstance(target, str) else _written(target)
        if sign == "_":
            if not based:
                return said
            return f"sub {said}" if said else ""
        if raw in _SCRIPTS:
            return _SCRIPTS[raw]
        return f"to the {_ordinal(raw, said)}"

    def _inside(self, node: Any) -> str:
        if hasattr(node, "nodelist") and not hasattr(node, "environmentname"):
            return self.words(node.nodelist or ())
        return self._node(node)

    def _node(self, node: Any) -> str:
        kind = type(node).__name__
        if kind == "LatexMacroNode":
            return self._macro(node)
        if kind == "LatexGroupNode":
            return self.words(node.nodelist)
        if kind == "LatexEnvironmentNode":
            return self.words(node.nodelist)
        if kind == "LatexSpecialsNode":
            return _SAID.get(node.specials_chars, "")
        return ""

    def _macro(self, node: Any) -> str:
        name = node.macroname
        if name in _TEXT:
            return _written(node.nodeargd.argnlist[-1]) if node.nodeargd else ""
        arguments = [a for a in (node.nodeargd.argnlist if node.nodeargd else ()) if a is not None]
        said = [self._inside(a) for a in arguments]
        if name in ("frac", "dfrac", "tfrac", "cfrac") and len(said) == 2:
            top, bottom = (_written(a) for a in arguments)
            return _PARTS.get((top, bottom)) or f"{said[0]} over {said[1]}"
        if name in ("binom", "dbinom") and len(said) == 2:
            return f"{said[0]} choose {said[1]}"
        if name == "sqrt" and said:
            if len(said) == 1:
                return f"the square root of {said[0]}"
            root = (
                "cube"
                if _written(arguments[0]) == "3"
                else _ordinal(_written(arguments[0]), said[0])
            )
            return f"the {root} root of {said[1]}"
        if name in _ACCENTS and said:
            return f"{said[-1]} {_ACCENTS[name]}"
        _, spoken = _ROWS.get(name, ("", None))
        if spoken is None:
            spoken = "" if said or len(name) == 1 or name in _SILENT else name
        return " ".join([spoken, *said])


#: What is in them is words.
_TEXT: Final = frozenset("text textbf textit textrm mathrm operatorname mbox".split())
#: Letters that people name functions with.
_FUNCTIONS: Final = frozenset("fghFGPOEQV")
_ACCENTS: Final = {
    "hat": "hat",
    "bar": "bar",
    "vec": "vector",
    "dot": "dot",
    "tilde": "tilde",
    "overline": "bar",
}
_SILENT: Final = frozenset(
    "left right big Big bigg Bigg quad qquad displaystyle textstyle limits nolimits label tag "
    "nonumber mathbf mathit mathcal mathbb begin end hspace vspace middle".split()
)


def _atoms(node: Any) -> list[Any]:
    if type(node).__name__ == "LatexCharsNode":
        return _ATOMS.findall(node.chars)
    if type(node).__name__ == "LatexMathNode":
        return [atom for inner in node.nodelist for atom in _atoms(inner)]
    return [node]


def _written(node: Any) -> str:
    written = str(node.latex_verbatim()) if node is not None else ""
    return written.strip().strip("{}[]").strip()


def _ordinal(written: str, said: str) -> str:
    if written.isdecimal():
        number = int(written)
        ending = (
            "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
        )
        return f"{written}{ending}"
    if len(written) == 1 and written.isalpha():
        return f"{said} th" if written not in ("n", "k", "i", "m") else f"{said}th"
    return f"power of {said}"
