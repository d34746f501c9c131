"""What people read, in their language: filling in, numbers, plurals, and that the catalogues are complete."""

import string
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from tlcore import words
from tlcore.engine import calls
from tlcore.locale.__main__ import template

PICTURES = ("{n:,} picture, {share:.1%}", "{n:,} pictures, {share:.1%}")
CATALOGUES = sorted(words.FOLDER.glob("*/LC_MESSAGES/thaw.po"))


@pytest.fixture
def pets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A language of three messages."""
    made = Catalog(locale="de")
    made.add("The run {name} is gone.", "Der Lauf {name} ist fort.")
    made.add(
        ("{n:,} picture, {share:.1%}", "{n:,} pictures, {share:.1%}"),
        ("{n:,} Bild", "{n:,} Bilder, {share:.1%}"),
    )
    made.add("Data", "Daten")
    file = tmp_path / "de" / "LC_MESSAGES" / "thaw.po"
    file.parent.mkdir(parents=True)
    with open(file, "wb") as out:
        write_po(out, made)
    monkeypatch.setattr(words, "FOLDER", tmp_path)
    for cache in (words._catalogue, words.languages):
        cache.cache_clear()
    yield "de"
    for cache in (words._catalogue, words.languages):
        cache.cache_clear()


def test_english_is_what_the_code_says() -> None:
    assert words.language() == "en"
    assert words.tr("The run {name} is gone.", name="{x}") == "The run {x} is gone."
    assert words.tr("a {brace} stays") == "a {brace} stays"
    assert words.trn("{n} run", "{n:,} runs", 1) == "1 run"
    assert words.trn("{n} run", "{n:,} runs", 1234) == "1,234 runs"
    assert words.number(0.7719, ".1%") == "77.2%"
    assert words.tr("") == ""


def test_another_language(pets: str) -> None:
    with words.speaking(pets):
        assert words.tr("The run {name} is gone.", name="Data") == "Der Lauf Data ist fort."
        said = words.trn(*PICTURES, 1234, share=0.7719)
        assert said == "1.234 Bilder, 77,2\xa0%"
        assert words.tr(words.mark("Data")) == "Daten"
        assert words.tr("What nobody translated, {n:.1f}", n=1.5) == "What nobody translated, 1,5"
        assert words.number(1234.5, ",.1f") == "1.234,5"
        assert words.number(np.float32(0.5), ".0%") == "50\xa0%"
        # A text is not a number.
        assert words.tr("{file}", file="a.b,c") == "a.b,c"
    assert words.tr("Data") == "Data"


def test_the_language_that_is_asked_for(pets: str) -> None:
    assert words.languages() == {"en": "English", "de": "Deutsch"}
    assert words.best(["de-AT", "en"]) == "de"
    assert words.best(["fr-FR", "de", "en"]) == "de"
    assert words.best(["en-GB", "de"]) == "en"
    assert words.best(["DE"]) == words.best(["De-AT"]) == "de"
    assert words.best(["fr"]) == words.best([]) == words.best([""]) == "en"


def test_the_first_who_reads_is_asked(pets: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "_readers", [lambda: None, lambda: "de"])
    assert words.tr("Data") == "Daten"
    with words.speaking("en"):
        assert words.tr("Data") == "Data"


def say(file: str, *more: str) -> None:
    Path(file).write_text(" ".join([words.tr("Data"), *more]))


def test_a_job_speaks_as_who_started_it(pets: str, tmp_path: Path) -> None:
    with words.speaking(pets):
        packed = calls.packed((str(tmp_path / "said"),))
    calls.run("tests.test_words:say", packed, "more")
    assert (tmp_path / "said").read_text() == "Daten more"


@pytest.fixture(scope="module")
def of_the_code() -> Catalog:
    return template()


def catalogue(file: Path) -> Catalog:
    with open(file, "rb") as content:
        return read_po(content, locale=file.parents[1].name, abort_invalid=True)


def test_there_is_a_second_language() -> None:
    assert [file.parents[1].name for file in CATALOGUES] == ["de"]


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: file.parents[1].name)
def test_a_catalogue_says_all_that_the_code_says(file: Path, of_the_code: Catalog) -> None:
    found = catalogue(file)
    ours, theirs = ({message.id for message in one if message.id} for one in (of_the_code, found))
    hint = "Run python -m tlcore.locale, and translate what is new."
    assert ours - theirs == set(), hint
    assert theirs - ours == set(), hint
    assert [message.id for message in found if message.id and not said_whole(message)] == [], hint
    assert [message.id for message in found if message.id and message.fuzzy] == [], hint


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: file.parents[1].name)
def test_a_translation_has_the_fields_of_its_message(file: Path) -> None:
    wrong = [
        (message.id, said)
        for message in catalogue(file)
        if message.id
        for said in texts(message.string)
        if not fields(said) <= set().union(*map(fields, texts(message.id)))
        or not set().union(*map(fields, texts(message.string))) >= fields(texts(message.id)[-1])
    ]
    assert wrong == []


def texts(one: str | tuple[str, ...] | list[str]) -> list[str]:
    return [one] if isinstance(one, str) else [*one]


def said_whole(message: Message) -> bool:
    return bool(texts(message.string)) and all(texts(message.string))


def fields(text: str) -> set[tuple[str, str, str | None]]:
    """Names, how they are formatted, and conversions."""
    return {
        (name, spec or "", how) for _, name, spec, how in string.Formatter().parse(text) if name is not None
    }
