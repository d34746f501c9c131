"""Python text, laid out as ``ruff format`` does: on one line where it fits, else one item on each."""

from collections.abc import Iterable
from dataclasses import dataclass

WIDTH = 100


@dataclass(frozen=True)
class Bracketed:
    """A call or a list: ``opening``, items with what stands before each of them, ``closing``."""

    opening: str
    items: tuple[tuple[str, "Code"], ...]
    closing: str


Code = str | Bracketed


def call(name: str, /, *items: Code, **named: Code | None) -> Bracketed:
    """``name(item, key=value)``; what is None is left out."""
    parts = [("", item) for item in items]
    parts += [(f"{key}=", value) for key, value in named.items() if value is not None]
    return Bracketed(f"{name}(", tuple(parts), ")")


def listed(items: Iterable[Code]) -> Bracketed:
    return Bracketed("[", tuple(("", item) for item in items), "]")


def literal(text: str) -> str:
    """A text as Python source. Whatever it holds stays inside the quotes and on the line."""
    # The quotes that ruff prefers: double ones, unless that takes more backslashes.
    quote = "'" if text.count('"') > text.count("'") else '"'
    shown = (f"\\{c}" if c == quote else c if c in "'\"" else repr(c)[1:-1] for c in text)
    return f"{quote}{''.join(shown)}{quote}"


def statement(before: str, code: Code, *, indent: int = 0, after: str = "") -> str:
    """``before`` + ``code`` + ``after``, broken at the outermost brackets while it is too wide."""
    flat = f"{before}{_flat(code)}{after}"
    if isinstance(code, str) or indent + _width(flat) <= WIDTH:
        return flat
    inner = indent + 4
    # A sole item without a name has no comma after it.
    comma = "" if len(code.items) == 1 and not code.items[0][0] and code.closing == ")" else ","
    lines = [f"{' ' * inner}{statement(lead, item, indent=inner, after=comma)}" for lead, item in code.items]
    return "\n".join([f"{before}{code.opening}", *lines, f"{' ' * indent}{code.closing}{after}"])


def _flat(code: Code) -> str:
    if isinstance(code, str):
        return code
    return f"{code.opening}{', '.join(f'{lead}{_flat(item)}' for lead, item in code.items)}{code.closing}"


def _width(line: str) -> int:
    """In columns, or more: a letter of another script may take two."""
    return sum(1 if c.isascii() else 2 for c in line)
