import io
import struct
import threading
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tests import pictures
from tlcore import archives
from tlcore.archives import ZipBomb, clean_text, is_zip, opened
from tlcore.errors import DatasetError


def names_and_skipped(content: bytes) -> tuple[list[str], list[str]]:
    with opened(io.BytesIO(content)) as listing:
        return [found.name for found in listing.files], [name for name, _ in listing.skipped]


def test_files_are_listed_and_read() -> None:
    files = {"a/1.txt": b"one", "b/2.txt": b"two" * 1000}
    with opened(io.BytesIO(pictures.zipped(files))) as listing:
        assert {found.name: found.read() for found in listing.files} == files
        assert [found.size_bytes for found in listing.files] == [3, 3000]
        assert listing.skipped == []


def test_folders_are_kept_apart() -> None:
    with opened(io.BytesIO(pictures.zipped({"a/": b"", "a/b/": b"", "a/1": b"x"}))) as listing:
        assert listing.folders == ["a", "a/b"]
        assert [found.name for found in listing.files] == ["a/1"]


def test_many_threads_read_the_same_archive() -> None:
    files = {f"c/{n}": bytes([n]) * 5000 for n in range(200)}
    with opened(io.BytesIO(pictures.zipped(files))) as listing, ThreadPoolExecutor(8) as pool:
        contents = list(pool.map(lambda found: found.read(), listing.files))
    assert contents == list(files.values())


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "a/../../x",
        "/etc/x",
        "C:\\x",
        "C:/x",
        "a\\b",
        "\\\\server\\x",
        "a//b",
        "a/" * 25 + "x",
        "n" * 1001,
    ],
)
def test_unusable_names_are_skipped(name: str, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert names_and_skipped(pictures.zipped({name: b"x", "a/ok": b"y"})) == (["a/ok"], [name])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a/CON", "a/NUL.png", "a/dots...", "a/" + "n" * 300, "a/:red[x]", "a/x y"])
def test_awkward_names_are_only_text(name: str) -> None:
    assert names_and_skipped(pictures.zipped({name: b"x"})) == ([name], [])


def test_leading_dot_is_no_folder() -> None:
    assert names_and_skipped(pictures.zipped({"./a/1": b"x"})) == (["a/1"], [])


def test_utf8_names_without_the_flag_are_read() -> None:
    content = pictures.zipped({"cafe_x/1": b"x"}).replace(b"cafe_x", "café_".encode())
    assert names_and_skipped(content) == (["café_/1"], [])


@pytest.mark.parametrize(("kind", "word"), [(0o120777, "link"), (0o020666, "device"), (0o010666, "device")])
def test_links_and_devices_are_skipped(kind: int, word: str) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("a/passwd")
        info.create_system, info.external_attr = 3, kind << 16
        archive.writestr(info, "/etc/passwd")
    with opened(buffer) as listing:
        assert listing.skipped == [("a/passwd", f"It is a {word}, not a file.")]
        assert listing.files == []


def test_encrypted_zip_is_named() -> None:
    content = bytearray(pictures.zipped({"a/1": b"x"}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(DatasetError, match="protected by a password. Make it again without one"):
        names_and_skipped(bytes(content))


@pytest.mark.parametrize(
    ("method", "name"),
    [(zipfile.ZIP_BZIP2, "bzip2"), (zipfile.ZIP_LZMA, "LZMA"), (9, "Deflate64"), (77, "no. 77")],
)
def test_other_methods_are_named(method: int, name: str) -> None:
    content = bytearray(pictures.zipped({"a/1": b"x"}))
    struct.pack_into("<H", content, 8, method)
    struct.pack_into("<H", content, content.index(b"PK\x01\x02") + 10, method)
    with pytest.raises(DatasetError, match=rf"method that is not read \({name}\)"):
        names_and_skipped(bytes(content))


def test_truncated_zip_is_a_sentence() -> None:
    content = pictures.zipped({"a/1": b"x" * 100, "a/2": b"y"})
    for length in (4, 30, len(content) // 2, len(content) - 5):
        with pytest.raises(DatasetError, match="cut short or damaged. Make it again"):
            names_and_skipped(content[:length])


def test_flipped_byte_is_found_in_its_file_only() -> None:
    content = pictures.zipped({"a/1": b"abcdefgh", "a/2": b"fine"}, zipfile.ZIP_STORED).replace(
        b"abcd", b"abXd", 1
    )
    with opened(io.BytesIO(content)) as listing:
        with pytest.raises(DatasetError, match="damaged inside the zip"):
            listing.files[0].read()
        assert listing.files[1].read() == b"fine"


def test_damaged_bytes_raise_nothing_else() -> None:
    content = pictures.zipped({"a/1.png": pictures.png(1), "b/2": b"hello" * 50, "c/": b""})
    random = np.random.default_rng(0)
    refused = 0
    for _ in range(3000):
        damaged = bytearray(content)
        for at in random.integers(0, len(content), 2):
            damaged[at] = random.integers(256)
        try:
            with opened(io.BytesIO(damaged)) as listing:
                for found in listing.files:
                    found.read()
        except DatasetError:
            refused += 1
    assert 2000 < refused <= 3000


def overlapping() -> bytes:
    """Two entries of the directory that point at one file: David Fifield's bomb in small."""
    content = pictures.zipped({"a/1": b"x" * 5000})
    start, end = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06")
    entry = content[start:end]
    tail = bytearray(content[end:])
    struct.pack_into("<HHI", tail, 8, 2, 2, 2 * len(entry))
    return content[:start] + entry + entry + bytes(tail)


def test_overlapping_entries_are_refused() -> None:
    with pytest.raises(DatasetError, match="overlap"):
        names_and_skipped(overlapping())


def test_entry_that_claims_to_be_longer_than_the_archive_is_refused() -> None:
    content = bytearray(pictures.zipped({"a/1": b"x" * 50}))
    struct.pack_into("<I", content, content.index(b"PK\x01\x02") + 20, 10_000)
    with pytest.raises(DatasetError, match="overlap"):
        names_and_skipped(bytes(content))


def test_bomb_is_stopped_while_unpacking(monkeypatch) -> None:
    monkeypatch.setattr(archives, "RATIO_FREE_BYTES", 3_000_000)
    content = pictures.zipped({f"a/{n}": bytes(2_000_000) for n in range(3)})
    with opened(io.BytesIO(content)) as listing:
        assert len(listing.files[0].read()) == 2_000_000
        with pytest.raises(ZipBomb, match="unpacks to more than 3 MB"):
            listing.files[1].read()


def test_the_declared_size_is_not_believed(monkeypatch) -> None:
    packed = zlib.compressobj(wbits=-15)
    body = packed.compress(bytes(5_000_000)) + packed.flush()
    content = bytearray(pictures.zipped({"a/1": body}, zipfile.ZIP_STORED))
    struct.pack_into("<H", content, 8, zipfile.ZIP_DEFLATED)
    struct.pack_into("<H", content, content.index(b"PK\x01\x02") + 10, zipfile.ZIP_DEFLATED)
    with opened(io.BytesIO(bytes(content))) as listing:
        assert listing.files[0].size_bytes == len(body)
        with pytest.raises(DatasetError, match="damaged inside the zip"):
            listing.files[0].read()


def test_a_single_file_has_a_limit(monkeypatch) -> None:
    monkeypatch.setattr(archives, "MAX_FILE_BYTES", 1_000_000)
    with (
        opened(io.BytesIO(pictures.zipped({"a/1": bytes(1_500_000)}))) as listing,
        pytest.raises(DatasetError, match="larger than 200 MB"),
    ):
        listing.files[0].read()


@pytest.mark.parametrize(
    ("files", "total_bytes", "said"),
    [
        (100_001, 0, "100,001 files; 100,000 is the limit"),
        (1, 21 * 10**9, "21 GB unpacked; 20 GB is the limit"),
    ],
)
def test_limits_are_sentences(files: int, total_bytes: int, said: str) -> None:
    with pytest.raises(DatasetError, match=said):
        archives.check_limits(files, total_bytes)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("  cats ", "cats"),
        ("cafe\u0301", "café"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("tab\there\n", "tabhere"),
        ("👩\u200d🔬", "👩\u200d🔬"),
        ("חתול", "חתול"),
        ("bad\udcff", "bad?"),
        ("**b** $x$ <img>", "**b** $x$ <img>"),
        ("\u200b\u2066", ""),
    ],
)
def test_text_is_made_legible_and_else_kept(text: str, shown: str) -> None:
    assert clean_text(text) == shown


def test_a_zip_is_known_by_content() -> None:
    assert is_zip(pictures.zipped({"a": b"x"}))
    assert is_zip(pictures.zipped({}))
    assert not is_zip(pictures.png())


def test_counter_is_shared_between_threads() -> None:
    counter = archives.ByteCounter("zip", 800)
    threads = [threading.Thread(target=lambda: [counter.add(1) for _ in range(100)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with pytest.raises(ZipBomb):
        counter.add(1)
