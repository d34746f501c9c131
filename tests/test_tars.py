import gzip
import io
import random
import tarfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests import pictures
from tests.pictures import sizes
from tlcore import archives, intake, tars
from tlcore.archives import ZipBomb
from tlcore.errors import DatasetError
from tlcore.workspace import Workspace

FORMATS = [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]
DAMAGED = "The tar is cut short or damaged"


def tarred(files: Mapping[str, bytes], format: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=format) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name.rstrip("/"))
            info.size = len(content)
            info.type = tarfile.DIRTYPE if name.endswith("/") else tarfile.REGTYPE
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def with_kind(kind: bytes, **more: object) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        info = tarfile.TarInfo("a/x")
        info.type, info.linkname = kind, "/etc/passwd"
        for name, value in more.items():
            setattr(info, name, value)
        archive.addfile(info)
    return buffer.getvalue()


def raw(name: bytes, size: bytes = b"0" * 11, kind: bytes = b"0", content: bytes = b"") -> bytes:
    """One entry, written by hand: its header may say anything."""
    header = bytearray(512)
    header[: len(name)], header[124 : 124 + len(size)], header[156:157] = name, size, kind
    header[148:156] = b"%06o\0 " % (sum(header) + 8 * 32)
    return bytes(header) + content + bytes(-len(content) % 512)


def listed(content: bytes) -> tuple[list[str], list[str]]:
    with tars.opened(io.BytesIO(content)) as listing:
        return [found.name for found in listing.files], [name for name, _ in listing.skipped]


@pytest.mark.parametrize("format", FORMATS)
def test_files_are_listed_and_read(format: int) -> None:
    long = "a" * 90 + "/" + "b" * 90 + ".png"
    files = {"a/1.txt": b"one", "b/two words.txt": b"two" * 1000, long: b"long", "c/empty": b""}
    content = tarred({"a/": b"", **files}, format)
    assert tars.is_tar(content[: tars.HEAD_BYTES])
    with tars.opened(io.BytesIO(content)) as listing:
        assert {found.name: found.read() for found in listing.files} == files
        assert [found.size_bytes for found in listing.files] == [3, 3000, 4, 0]
        assert (listing.folders, listing.skipped) == (["a"], [])


@pytest.mark.parametrize("format", FORMATS[1:])
def test_names_of_any_length_and_script(format: int) -> None:
    names = ["名前/" + "é" * 300 + ".png", "חתול/👩\u200d🔬.png"]
    assert listed(tarred(dict.fromkeys(names, b"x"), format))[0] == names


def test_many_threads_read_the_same_archive() -> None:
    files = {f"c/{n}": bytes([n]) * 5000 for n in range(200)}
    with tars.opened(io.BytesIO(tarred(files))) as listing, ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda found: found.read(), listing.files)) == list(files.values())


def test_a_file_that_comes_again_replaces_the_earlier_one() -> None:
    content = raw(b"a/1", b"%011o" % 3, content=b"old") + raw(b"a/1", b"%011o" % 3, content=b"new")
    with tars.opened(io.BytesIO(content)) as listing:
        assert [found.read() for found in listing.files] == [b"new"]


@pytest.mark.parametrize(
    "name", ["../x", "a/../../x", "/etc/x", "C:\\x", "C:/x", "a\\b", "a//b", "a/" * 25 + "x"]
)
def test_unusable_names_are_skipped(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert listed(tarred({name: b"x", "a/ok": b"y"})) == (["a/ok"], [name])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        (tarfile.SYMTYPE, "It is a link"),
        (tarfile.LNKTYPE, "It is a link"),
        (tarfile.CHRTYPE, "It is a device"),
        (tarfile.BLKTYPE, "It is a device"),
        (tarfile.FIFOTYPE, "It is a device"),
        (b"S", "It is a file with holes"),
        (b"V", "Its kind of entry is not read"),
    ],
)
def test_what_is_no_file_is_skipped(kind: bytes, word: str) -> None:
    with tars.opened(io.BytesIO(with_kind(kind))) as listing:
        ((name, reason),) = listing.skipped
    assert (name, listing.files) == ("a/x", [])
    assert reason.startswith(word)


def test_a_file_with_holes_in_the_new_format_is_skipped() -> None:
    pax = {"GNU.sparse.major": "1", "GNU.sparse.realsize": "99999999999"}
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("a/holes")
        info.pax_headers = pax
        archive.addfile(info)
    assert listed(buffer.getvalue()) == ([], ["a/holes"])


@pytest.mark.parametrize(
    "content",
    [
        tarred({"a/1": b"x" * 3000})[:1500],
        tarred({"a/1": b"x"})[:700] + b"not a header" * 100,
        raw(b"a/1", b"7" * 11),
        raw(b"a/1", b"9" * 11),
        raw(b"a/1", b"-1"),
        # Binary numbers: huge, and below zero.
        raw(b"a/1", b"\x80" + b"\xff" * 11),
        raw(b"a/1", b"\xff" * 12),
        # Extended headers: too long, with a length that leads nowhere, with none, one after the other.
        raw(b"x", b"%011o" % 70_000, b"x", b"1" * 70_000),
        raw(b"x", b"%011o" % 12, b"x", b"0 path=abcd\n") + raw(b"a/1"),
        raw(b"x", b"%011o" % 12, b"x", b"99 path=abc\n") + raw(b"a/1"),
        raw(b"x", b"%011o" % 12, b"x", b"path=abcdef\n") + raw(b"a/1"),
        raw(b"x", b"%011o" % 11, b"x", b"11 size=-9\n") + raw(b"a/1"),
        raw(b"x", b"%011o" % 2, b"L", b"a\0") * 20,
        raw(b"a/1", b"%011o" % 0, b"S")[:482] + b"\1" + raw(b"a/1", b"%011o" % 0, b"S")[483:],
    ],
)
def test_a_damaged_tar_is_a_sentence(content: bytes) -> None:
    with pytest.raises(DatasetError, match=DAMAGED):
        listed(content)


def test_damaged_bytes_raise_nothing_else() -> None:
    content = tarred({"a/1.png": pictures.png(1), "b/" + "é" * 120: b"hello" * 50, "c/": b""})
    drawn = random.Random(0)
    refused = 0
    for _ in range(2000):
        damaged = bytearray(content)
        for _ in range(2):
            damaged[drawn.randrange(len(content))] = drawn.randrange(256)
        try:
            with tars.opened(io.BytesIO(damaged)) as listing:
                for found in listing.files:
                    found.read()
        except DatasetError:
            refused += 1
    assert 200 < refused < 2000


def test_there_is_a_limit_to_entries_and_to_a_single_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_FILES", 5)
    with pytest.raises(DatasetError, match="6 files; 5 is the limit"):
        listed(tarred({f"a/{n}/": b"" for n in range(6)}))
    monkeypatch.setattr(tars, "MAX_FILE_BYTES", 1000)
    content = io.BytesIO(tarred({"a/1": bytes(1001)}))
    with tars.opened(content) as listing, pytest.raises(DatasetError, match="larger than"):
        listing.files[0].read()


def test_what_has_come_of_a_tar_so_far() -> None:
    content = tarred({"a/1": b"x" * 600, "a/2": b"y" * 600})
    whole = 2 * (512 + 1024)
    for length, expected in [(0, (0, [])), (511, (0, [])), (1535, (0, [])), (1536, (1536, ["a/1"]))]:
        assert tars.complete_bytes(io.BytesIO(content[:length])) == expected
    assert tars.complete_bytes(io.BytesIO(content)) == (whole, ["a/1", "a/2"])


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("as_path", [True, False])
def test_a_tar_and_a_tar_gz_are_taken(workspace: Workspace, tmp_path: Path, pack, as_path: bool) -> None:
    content = pack(tarred({f"pets/{name}": one for name, one in pictures.classes("cats", "dogs").items()}))
    path = tmp_path / "any name"
    path.write_bytes(content)
    dataset = intake.take(workspace, path if as_path else [("pets.tar.gz", content)], name="pets")
    assert sizes(dataset) == {"cats": 4, "dogs": 4}
    assert dataset.left_out == ()


def taken(workspace: Workspace, content: bytes) -> None:
    intake.take(workspace, [("pets.tar.gz", content)], name="x")


def test_a_gzip_bomb_is_stopped_while_unpacking(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "RATIO_FREE_BYTES", 3_000_000)
    bomb = gzip.compress(tarred({f"{n % 2}/{n}": bytes(1_000_000) for n in range(9)}))
    with pytest.raises(ZipBomb, match="The tar.gz unpacks to more than 3 MB"):
        taken(workspace, bomb)
    assert list((workspace.home / "scratch").iterdir()) == []


def test_other_gzips_are_sentences(workspace: Workspace) -> None:
    content = gzip.compress(tarred(pictures.classes("a", "b")))
    for damaged in (content[:-400], content[:20], content[:300] + bytes(50) + content[350:]):
        with pytest.raises(DatasetError, match="The tar.gz is cut short or damaged"):
            taken(workspace, damaged)
    with pytest.raises(DatasetError, match="'pets.tar.gz' is not a zip, tar or tar.gz archive"):
        taken(workspace, gzip.compress(pictures.png()))
