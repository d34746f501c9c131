"""Bring the catalogues up to date with the code: ``python -m tlcore.locale``, in a checkout.

What is new stands in them untranslated, what is gone is gone. A new language begins with an empty folder,
``<code>/LC_MESSAGES``.
"""

import ast
from collections.abc import Iterator
from datetime import UTC, datetime

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from tlcore import words

ROOT = words.FOLDER.parents[1]
_CALLS = {"tr": 1, "mark": 1, "trn": 2}
"""How many of the first arguments are words."""
_HINT = "# Translators:"
_SINCE = datetime(2026, 11, 21, tzinfo=UTC)


def template() -> Catalog:
    """Every message of the code, the files that it is in, and hints for translators."""
    made = Catalog(project="Thaw", fuzzy=False)
    for file in sorted([*ROOT.glob("pages/**/*.py"), *ROOT.glob("tlcore/**/*.py")]):
        for message, hints in _messages(file.read_text(encoding="utf-8")):
            # Lines move with every change; files stay.
            where = [(file.relative_to(ROOT).as_posix(), 0)]
            made.add(message, locations=where, auto_comments=hints)
    return made


def _messages(source: str) -> Iterator[tuple[str | tuple[str, ...], list[str]]]:
    """By the syntax tree: Babel's own extraction does not look into f-strings."""
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        texts = tuple(
            one.value
            for one in node.args[: _CALLS.get(name, 0)]
            if isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value
        )
        if texts and len(texts) == _CALLS[name]:
            before = lines[node.lineno - 2].strip() if node.lineno > 1 else ""
            hints = [before.removeprefix(_HINT).strip()] if before.startswith(_HINT) else []
            yield (texts if len(texts) > 1 else texts[0]), hints


def main() -> None:
    found = template()
    for folder in sorted(words.FOLDER.glob("*/LC_MESSAGES")):
        language, file = folder.parent.name, folder / "thaw.po"
        known = Catalog(locale=language)
        if file.is_file():
            with open(file, "rb") as before:
                known = read_po(before, locale=language)
        known.update(found, no_fuzzy_matching=True)
        known.header_comment = f"# What Thaw says, in {words.languages()[language]}."
        known.project, known.version, known.msgid_bugs_address = "Thaw", "", ""
        known.last_translator = known.language_team = ""
        # Else every run would change the file.
        known.creation_date = known.revision_date = _SINCE
        with open(file, "wb") as after:
            write_po(after, known, width=100, sort_by_file=True, ignore_obsolete=True, include_lineno=False)


if __name__ == "__main__":
    main()
