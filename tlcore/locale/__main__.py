"""Bring the catalogues up to date with the code: ``python -m tlcore.locale``, in a checkout.

What is new stands in them untranslated, what is gone is gone. A new language begins with an empty folder
``<code>/LC_MESSAGES``.
"""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from tlcore import words

ROOT = words.FOLDER.parents[1]
_WHERE = [("pages/**.py", "python"), ("tlcore/**.py", "python")]
_BY: dict[str, tuple[int, ...] | None] = {"tr": None, "mark": None, "trn": (1, 2)}


def _is_ours(folder: str) -> bool:
    return Path(folder).relative_to(ROOT).parts[0] in ("pages", "tlcore")


def template() -> Catalog:
    """Every message of the code, and the files that it is in."""
    made = Catalog(project="Thaw", fuzzy=False)
    for file, _, message, comments, _ in extract_from_dir(
        ROOT, _WHERE, keywords=_BY, comment_tags=("Translators:",), directory_filter=_is_ours
    ):
        # Lines move with every change; files stay.
        made.add(message, locations=[(file, 0)], auto_comments=comments)
    return made


def main() -> None:
    found = template()
    for folder in sorted(words.FOLDER.glob("*/LC_MESSAGES")):
        language, file = folder.parent.name, folder / "thaw.po"
        known = Catalog(locale=language)
        if file.is_file():
            with open(file, "rb") as before:
                known = read_po(before, locale=language)
        known.update(found, no_fuzzy_matching=True)
        with open(file, "wb") as after:
            write_po(after, known, width=100, sort_by_file=True, ignore_obsolete=True, include_lineno=False)


if __name__ == "__main__":
    main()
