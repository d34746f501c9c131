"""The words that people read, in their language.

The code says them in English, by ``tr``. A language is a catalogue of gettext, the one place for its words:
``locale/<language>/LC_MESSAGES/thaw.po``. What a catalogue lacks stays English; ``python -m tlcore.locale``
brings the catalogues up to date with the code, and a test tells what is missing.
"""

import gettext
import io
import string
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from numbers import Real
from pathlib import Path
from typing import Any

SOURCE = "en"
FOLDER = Path(__file__).parent / "locale"

_speaking: ContextVar[str | None] = ContextVar("speaking", default=None)
_readers: list[Callable[[], str | None]] = []


def tr(message: str, /, **values: object) -> str:
    """``message`` in the reader's language, with ``values`` in the places of its ``{fields}``.

    Numbers that a field formats are written as the language writes them: ``{share:,.1f}`` becomes ``1,234.5``
    or ``1.234,5``. Without values nothing is filled in, and braces are braces.
    Raises KeyError for a field without a value.
    """
    speaks = language()
    return _filled(_catalogue(speaks).gettext(message) if message else "", values, speaks)


def trn(one: str, many: str, n: int, /, **values: object) -> str:
    """Like ``tr`` for what is counted, in the field ``n``: ``trn("{n} run", "{n:,} runs", len(found))``."""
    speaks = language()
    return _filled(_catalogue(speaks).ngettext(one, many, n), {"n": n, **values}, speaks)


def number(value: float, spec: str) -> str:
    """A number alone, as ``format`` writes it, with the language's signs: ``number(0.772, ".1%")``."""
    return _filled("{value:" + spec + "}", {"value": value}, language())


def mark(message: str) -> str:
    """A word of a constant, for the catalogues. It is said where it is shown: ``tr(TITLE)``."""
    return message


def language() -> str:
    """What is spoken now: what ``speaking`` set, else what the reader asks for, else English."""
    return _speaking.get() or next((found for ask in _readers if (found := ask())), SOURCE)


@contextmanager
def speaking(name: str) -> Iterator[None]:
    """Within it, and what it awaits or copies its context to, everything is said in this language."""
    token = _speaking.set(name)
    try:
        yield
    finally:
        _speaking.reset(token)


def ask(reader: Callable[[], str | None]) -> None:
    """Whom to ask for the language where none was set: it returns None where nobody reads."""
    if reader not in _readers:
        _readers.append(reader)


@cache
def languages() -> dict[str, str]:
    """Every language that there is, by its code, as its speakers call it."""
    from babel import Locale

    codes = [SOURCE, *sorted(folder.parent.name for folder in FOLDER.glob("*/LC_MESSAGES"))]
    return {code: str(Locale.parse(code).get_display_name(code)).capitalize() for code in codes}


def best(asked: Sequence[str]) -> str:
    """The first of some languages, as browsers name them (``de-AT``), that is there; else English."""
    from babel import negotiate_locale

    return negotiate_locale([one.lower() for one in asked], list(languages()), sep="-") or SOURCE


@cache
def _catalogue(name: str) -> gettext.NullTranslations:
    if name == SOURCE:
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with open(FOLDER / name / "LC_MESSAGES" / "thaw.po", "rb") as file:
        write_mo(compiled, read_po(file, locale=name))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _filled(message: str, values: dict[str, Any], speaks: str) -> str:
    return _formatter(speaks).vformat(message, (), values) if values else message


class _Formatter(string.Formatter):
    """``str.format`` that writes numbers with a language's own signs."""

    def __init__(self, signs: dict[int, str], percent: str) -> None:
        self._signs, self._percent = signs, percent

    def format_field(self, value: Any, format_spec: str) -> str:
        text = str(format(value, format_spec))
        # NumPy's too.
        if not format_spec or not isinstance(value, Real):
            return text
        return text.translate(self._signs).replace("%", self._percent)


@cache
def _formatter(name: str) -> string.Formatter:
    if name == SOURCE:
        return string.Formatter()
    from babel import Locale

    locale = Locale.parse(name)
    symbols = locale.number_symbols["latn"]
    return _Formatter(
        str.maketrans({".": symbols["decimal"], ",": symbols["group"]}),
        locale.percent_formats[None].suffix[0],
    )
