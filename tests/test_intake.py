from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from tests import pictures
from tests.pictures import reasons, sizes, taken
from tlcore import intake
from tlcore.archives import ZipBomb
from tlcore.datasets import Split
from tlcore.errors import DatasetError
from tlcore.sources import HOW
from tlcore.workspace import Workspace

SAMPLE = Path(__file__).parents[1] / "sample_data" / "clipart"


def test_the_sample(workspace: Workspace) -> None:
    dataset = intake.take(workspace, SAMPLE, name="Clip art")
    assert sizes(dataset) == {
        "bird": 40, "bug": 40, "fruit": 40, "instrument": 40, "mammal": 40, "vehicle": 28,
    }  # fmt: skip
    assert (len(dataset.of(Split.TRAIN)), len(dataset.of(Split.VAL))) == (171, 57)
    assert (dataset.left_out, dataset.notes) == ((), ())
    assert len({item.sha256 for item in dataset.items}) == 228
    again = intake.take(workspace, SAMPLE, name="Other name")
    assert again == dataset
    assert [path.suffix for path in workspace.intakes.iterdir()] == [".lock"]


def test_folder_zip_and_uploads_give_the_same_dataset(workspace: Workspace, tmp_path: Path) -> None:
    files = pictures.classes("cats", "dogs")
    folder = pictures.written(tmp_path / "pets", files)
    archive = tmp_path / "no-suffix"
    archive.write_bytes(pictures.zipped({f"pets/{name}": content for name, content in files.items()}))
    wrapped = [(f"my pets/{name}", content) for name, content in files.items()]
    found = [
        intake.take(workspace, folder, name="a"),
        intake.take(workspace, archive, name="b"),
        intake.take(workspace, wrapped, name="c"),
        taken(workspace, dict(reversed(files.items()))),
    ]
    assert len({dataset.id for dataset in found}) == 1
    assert sizes(found[0]) == {"cats": 4, "dogs": 4}
    assert sorted(item.name for item in found[0].of(Split.VAL) + found[0].of(Split.TRAIN)) == sorted(
        ["0.png", "1.png", "2.png", "3.png"] * 2
    )


def test_progress_counts_every_file(workspace: Workspace) -> None:
    seen: list[tuple[int, int]] = []
    uploads = pictures.classes("a", "b").items()
    intake.take(workspace, uploads, name="x", progress=lambda done, total: seen.append((done, total)))
    assert seen == [(n, 8) for n in range(1, 9)]


def test_unusable_files_are_left_out_with_a_reason(workspace: Workspace) -> None:
    extra = {
        "cats/labels.csv": b"a,b",
        "cats/notes.txt": b"a,b",
        "cats/empty.png": b"",
        "dogs/short.png": pictures.png(7)[:60],
        "dogs/inner.zip": pictures.zipped({"a": b"x"}),
        "dogs/wrong.jpg": pictures.png(77),
        "loose.png": pictures.png(8),
        "../evil.png": pictures.png(9),
    }
    dataset = taken(workspace, pictures.classes("cats", "dogs") | extra)
    assert sizes(dataset) == {"cats": 4, "dogs": 5}
    assert reasons(dataset) == {
        "cats/labels.csv": "labels.csv is read only above the folders of pictures. Move it there.",
        "cats/notes.txt": "It is no picture (JPEG, PNG, GIF, BMP, WebP or TIFF).",
        "cats/empty.png": "The file is empty (0 bytes).",
        "dogs/short.png": "The picture is cut short or damaged. Save it again, or leave it out.",
        "dogs/inner.zip": "It is an archive inside. Unpack it, and add its folders.",
        "loose.png": "It lies in no class folder. Move it into the folder of its class.",
        "../evil.png": "Its name points outside of the folder, or is not a relative path "
        "with forward slashes.",
    }


def test_same_picture_twice_in_a_class_is_kept_once(workspace: Workspace) -> None:
    files = pictures.classes("cats", "dogs")
    # Another file of the same pixels: only the picture made safe tells that it is the same.
    files["cats/copy.bmp"] = pictures.encoded(pictures.image(0), "BMP")
    dataset = taken(workspace, files)
    assert sizes(dataset) == {"cats": 4, "dogs": 4}
    assert reasons(dataset) == {"cats/copy.bmp": "It is the same picture as '0.png'."}


def test_same_picture_in_two_classes_stays_on_one_side(workspace: Workspace) -> None:
    files = pictures.classes("cats", "dogs", each=6) | {"dogs/cat.png": pictures.png(0)}
    dataset = taken(workspace, files)
    assert sizes(dataset) == {"cats": 6, "dogs": 7}
    assert dataset.notes == ("One picture is in several classes: 'cats/0.png' and 'dogs/cat.png'.",)
    twice = [sha for sha, n in Counter(item.sha256 for item in dataset.items).items() if n == 2]
    assert len({item.split for item in dataset.items if item.sha256 in twice}) == 1


def test_classes_of_the_same_pictures_are_refused_or_split(workspace: Workspace) -> None:
    cats = pictures.classes("cats")
    dataset = taken(workspace, cats | {f"b{name}": content for name, content in cats.items()})
    assert [len(dataset.of(side)) for side in Split] == [6, 2, 0]


def test_what_was_changed_is_noted_once(workspace: Workspace) -> None:
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue", "green")]
    animations = {
        f"cats/{n}.gif": pictures.encoded(frame, "GIF", save_all=True, append_images=frames[:1])
        for n, frame in enumerate(frames[1:])
    }
    dataset = taken(workspace, pictures.classes("cats", "dogs") | animations)
    assert dataset.notes == ("2 pictures: first frame of an animation",)


NONE = "'pictures.zip' holds no usable picture. The most common reason:"
NO_PICTURE = f"{NONE} It is no picture (JPEG, PNG, GIF, BMP, WebP or TIFF). {HOW}"
NO_CLASS = f"{NONE} It lies in no class folder. Move it into the folder of its class. {HOW}"
ONE_CLASS = (
    "Only one class was found ('cats'). A classifier needs at least two: "
    "put each class's pictures into a folder of its own."
)
TOO_FEW = "Class 'dogs' has 3 usable images; 4 are needed. Add 1 more, or remove the class."


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, f"'pictures.zip' is empty. {HOW}"),
        ({"__MACOSX/x": b"x"}, f"'pictures.zip' is empty. {HOW}"),
        ({"a/1.txt": b"x", "b/2.txt": b"x"}, NO_PICTURE),
        ({"1.png": pictures.png(1), "2.png": pictures.png(2)}, NO_CLASS),
        (pictures.classes("cats"), ONE_CLASS),
        (pictures.classes("cats") | {"dogs/a.txt": b"x"}, ONE_CLASS),
        (pictures.classes("cats") | pictures.classes("x", "dogs", each=3) | pictures.classes("x"), TOO_FEW),
    ],
)
def test_what_makes_no_dataset_is_one_sentence(
    workspace: Workspace, files: dict[str, bytes], said: str
) -> None:
    with pytest.raises(DatasetError) as caught:
        taken(workspace, files)
    assert str(caught.value) == said
    assert not workspace.datasets.exists()


def test_limits_are_stated_before_decoding(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def decode(content: bytes) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr(intake, "make_safe", decode)
    with pytest.raises(DatasetError, match="1,001 classes; 1,000 is the limit"):
        taken(workspace, {f"{n}/x.png": b"x" for n in range(1001)})
    with pytest.raises(DatasetError, match="100,001 files; 100,000 is the limit"):
        intake.take(workspace, [(f"{n % 2}/{n}.png", b"") for n in range(100_001)], name="x")
    with pytest.raises(DatasetError, match="validation share"):
        intake.take(workspace, [], name="x", val_fraction=0.9)


def test_a_bomb_stops_the_whole_intake(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tlcore.archives.RATIO_FREE_BYTES", 1_000_000)
    with pytest.raises(ZipBomb, match="unpacks to more than 1 MB"):
        taken(workspace, {f"{n % 2}/{n}": bytes(900_000) for n in range(8)})
    assert list((workspace.home / "scratch").iterdir()) == []


def test_a_person_who_leaves_stops_the_work(workspace: Workspace) -> None:
    def leave(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        intake.take(workspace, pictures.classes("a", "b").items(), name="x", progress=leave)
    assert list((workspace.home / "scratch").iterdir()) == []
