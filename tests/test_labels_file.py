import pytest

from tests import pictures
from tests.pictures import reasons, sizes, taken
from tlcore import labels_file
from tlcore.archives import Found
from tlcore.datasets import Dataset, Split
from tlcore.errors import DatasetError
from tlcore.report import Report
from tlcore.workspace import Workspace


def named(dataset: Dataset) -> dict[str, tuple[str, ...]]:
    """The labels of each picture, the first one first."""
    return {item.name: tuple(dataset.classes[label] for label in item.labels) for item in dataset.items}


def flat(n: int, folder: str = "") -> dict[str, bytes]:
    return {f"{folder}{i}.png": pictures.png(i) for i in range(n)}


def table(*rows: str, header: str = "file,labels") -> bytes:
    return "\n".join([header, *rows]).encode()


# Six pictures: each class has four of them.
ROWS = ["0.png,cat;dog", "1.png,dog;cat", "2.png,cat", "3.png,cat;dog", "4.png,dog", "5.png,owl|cat",
        "6.png,owl", "7.png,owl", "8.png,owl;dog"]  # fmt: skip
LABELS = {
    "0.png": ("cat", "dog"), "1.png": ("dog", "cat"), "2.png": ("cat",), "3.png": ("cat", "dog"),
    "4.png": ("dog",), "5.png": ("owl", "cat"), "6.png": ("owl",), "7.png": ("owl",), "8.png": ("owl", "dog"),
}  # fmt: skip


def matched(csv: bytes, *names: str, folder: str = "") -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """What a table says of files, and the notes."""
    report = Report()
    files = [Found(name, 0, bytes) for name in names]
    _, listed = labels_file.read([*files, Found(f"{folder}labels.csv", len(csv), lambda: csv)], report)
    assert listed is not None
    return dict(listed.labels), report.notes


def test_pictures_without_folders(workspace: Workspace) -> None:
    dataset = taken(workspace, flat(9) | {"labels.csv": table(*ROWS)})
    assert named(dataset) == LABELS
    assert dataset.classes == ("cat", "dog", "owl")
    assert sizes(dataset) == {"cat": 5, "dog": 5, "owl": 4}
    assert dataset.several_labels
    assert (dataset.left_out, dataset.notes) == ((), ())


@pytest.mark.parametrize(
    ("place", "folder"),
    [
        ("Labels.CSV", "images/"),
        ("birds/labels.csv", "birds/"),
        ("labels.csv", "a/b/"),
        ("pets/labels.csv", "pets/images/"),
        ("labels.csv", "train/"),
    ],
)
def test_where_the_table_may_lie(workspace: Workspace, place: str, folder: str) -> None:
    dataset = taken(workspace, flat(9, folder) | {place: table(*ROWS), "README.txt": b"mine"})
    assert named(dataset) == LABELS
    assert list(reasons(dataset)) == ["README.txt"]


def test_split_folders_are_put_together(workspace: Workspace) -> None:
    files = {f"{'train' if i % 3 else 'val'}/{i}.png": pictures.png(i) for i in range(9)}
    dataset = taken(workspace, files | {"labels.csv": table(*ROWS)})
    assert named(dataset) == LABELS
    assert dataset.notes == ("The folders 'train', 'val' say the split, and it was kept.",)
    assert {item.name for item in dataset.of(Split.VAL)} == {"0.png", "3.png", "6.png"}


@pytest.mark.parametrize("header", ["file,label", "filename,class", "Image,Label", "file_name,labels"])
def test_a_table_alone_is_enough(workspace: Workspace, header: str) -> None:
    rows = [f"{i}.png,{'cat' if i < 4 else 'dog'}" for i in range(8)]
    dataset = taken(workspace, flat(8) | {"labels.csv": table(*rows, header=header)})
    assert sizes(dataset) == {"cat": 4, "dog": 4}
    assert not dataset.several_labels


def test_groups_are_read(workspace: Workspace) -> None:
    rows = [f"{i}.png,{'cat' if i < 4 else 'dog'},{i % 2 or ''}" for i in range(8)]
    dataset = taken(workspace, flat(8) | {"labels.csv": table(*rows, header="file,label,Group")})
    assert {item.name for item in dataset.items if item.group == "1"} == {"1.png", "3.png", "5.png", "7.png"}
    assert {item.group for item in dataset.items} == {"", "1"}


def test_a_table_inside_a_class_is_not_read(workspace: Workspace) -> None:
    dataset = taken(workspace, pictures.classes("cats", "dogs") | {"cats/labels.csv": table("0.png,x")})
    assert sizes(dataset) == {"cats": 4, "dogs": 4}
    assert reasons(dataset) == {
        "cats/labels.csv": "labels.csv is read only above the folders of pictures. Move it there."
    }


def test_folders_and_a_table(workspace: Workspace) -> None:
    files = pictures.classes("cats", "dogs", each=6)
    rows = ["cats/0.png,Cats;dogs", "dogs\\1.png,cats", "dogs/2.png,dogs;night"]
    rows += [f"images/{i}.png,night" for i in range(3)]
    files |= {f"images/{i}.png": pictures.png(9000 + i) for i in range(4)}
    files |= {"loose.png": pictures.png(9100), "labels.csv": table(*rows)}
    dataset = taken(workspace, files)
    assert sizes(dataset) == {"cats": 7, "dogs": 6, "night": 4}
    assert reasons(dataset) == dict.fromkeys(
        ["images/3.png", "loose.png"],
        "It is not in labels.csv, and its folder is no class. Give it a row there.",
    )
    assert dataset.notes == (
        "The labels 'cats', 'Cats' are one class, 'cats'.",
        "1 picture: labels.csv was followed, not the folder.",
        "9 files not in labels.csv: the folder is the class.",
    )


def test_one_label_each_is_an_ordinary_dataset(workspace: Workspace) -> None:
    files = pictures.classes("cats", "dogs")
    ordinary = taken(workspace, files)
    listed = taken(workspace, files | {"labels.csv": table("cats/0.png,cats", "dogs/0.png,dogs")})
    assert not listed.several_labels
    assert listed.id == ordinary.id


def test_a_listed_picture_needs_a_label(workspace: Workspace) -> None:
    dataset = taken(workspace, flat(10) | {"labels.csv": table(*ROWS, "9.png, ; ")})
    assert reasons(dataset) == {"9.png": "labels.csv gives it no label. Each picture needs at least one."}


def test_a_label_without_a_usable_picture_is_no_class(workspace: Workspace) -> None:
    dataset = taken(workspace, flat(9) | {"x.png": b"", "labels.csv": table(*ROWS, "x.png,fish")})
    assert dataset.classes == ("cat", "dog", "owl")
    assert dataset.notes == ("The label 'fish' has no usable picture and is no class.",)


def test_the_same_picture_with_other_labels_is_told(workspace: Workspace) -> None:
    files = flat(9) | {"same.png": pictures.png(0), "twin.png": pictures.png(1)}
    dataset = taken(workspace, files | {"labels.csv": table(*ROWS, "same.png,owl", "twin.png,cat;dog")})
    assert dataset.notes == ("One picture has several sets of labels: 'cat;dog/0.png' and 'owl/same.png'.",)
    assert reasons(dataset) == {"1.png": "It is the same picture as 'twin.png'."}
    assert len({item.split for item in dataset.items if item.name in ("0.png", "same.png")}) == 1


@pytest.mark.parametrize(
    "csv",
    [
        b"\xef\xbb\xbffile,labels\r\na.png,x;y\r\n\r\nb.png,y\r\n",
        b"file;labels\na.png;x|y\nb.png;y",
        b"file\tlabels\na.png\tx;y\nb.png\t y \n",
        b'labels,FILE\n"x;y;",./a.png\ny,b.png',
        b"file,x,y\na.png,1,1\nb.png,0,1\n",
        b",file;x;y\n0,a.png;1;1\n1,b.png;0;1.0\n".replace(b",", b";"),
        b"file,labels\na.png,x\nb.png,y,,\na.png,y\n",
    ],
)
def test_shapes_of_the_table(csv: bytes) -> None:
    assert matched(csv, "a.png", "b.png")[0] == {"a.png": ("x", "y"), "b.png": ("y",)}


def test_rows_find_their_files() -> None:
    names = ["p/a/1.png", "p/b/1.png", "p/b/2.png", "p/cafe\u0301.png"]
    rows = ["a/1.png,x", "b\\1.png,y", "2.png,x", "café.png,y"]
    labels = {"p/a/1.png": ("x",), "p/b/1.png": ("y",), "p/b/2.png": ("x",), "p/cafe\u0301.png": ("y",)}
    assert matched(table(*rows), *names, folder="p/") == (labels, [])
    labels, notes = matched(
        table("1.png,x", "../2.png,x", "/etc/passwd,x", "C:\\2.png,x", "b/2.png,x", ",y"), *names, folder="p/"
    )
    assert labels == {"p/b/2.png": ("x",)}
    assert notes == [
        "4 rows of labels.csv name no picture: '../2.png', '/etc/passwd', 'C:\\2.png', ''.",
        "1 file name of labels.csv could be several files: '1.png'. Write the path with its folders.",
    ]


def test_only_a_few_names_are_told() -> None:
    rows = [f"no{i}.png,x" for i in range(2000)]
    assert matched(table("a.png,x", *rows), "a.png")[1] == [
        "2,000 rows of labels.csv name no picture: 'no0.png', 'no1.png', 'no2.png', 'no3.png', 'no4.png' "
        "and 1,995 more."
    ]


def test_several_rows_of_a_picture_are_put_together() -> None:
    rows = ["p/a.png,x", "a.png,y;x", "b.png,y"]
    assert matched(table(*rows), "p/a.png", "b.png") == (
        {"p/a.png": ("x", "y"), "b.png": ("y",)},
        ["1 picture in several rows of labels.csv, whose labels were put together: 'a.png'."],
    )


def test_other_columns_are_told() -> None:
    labels, notes = matched(b"file,labels,width\na.png,x,3", "a.png")
    assert (labels, notes) == ({"a.png": ("x",)}, ["Not read of labels.csv: the columns 'width'."])


HOW = "Give labels.csv a header 'file,labels' and a row like 'images/1.jpg,cat;dog' for each picture."


@pytest.mark.parametrize(
    ("csv", "said"),
    [
        (b"", f"labels.csv is empty. {HOW}"),
        (b"\xef\xbb\xbf \n", f"labels.csv is empty. {HOW}"),
        (b",,\n,,", f"The header of labels.csv is ''. {HOW}"),
        (b"file,labels\n\n", f"labels.csv has a header and no rows. {HOW}"),
        (b"picture,labels\na.png,x", f"The header of labels.csv is 'picture, labels'. {HOW}"),
        (b"file\na.png", f"labels.csv has a column 'file' and no labels. {HOW}"),
        (b"file,labels\na.png,caf\xe9", "labels.csv is not in UTF-8. Save it anew as 'CSV UTF-8'."),
        ("file,labels".encode("utf-16"), "labels.csv is not in UTF-8. Save it anew as 'CSV UTF-8'."),
        (b"file\0", "labels.csv is no text: it holds zero bytes. Save it anew as 'CSV UTF-8'."),
        (
            b"file,labels\na.png,x,y",
            "Line 2 of labels.csv has 3 cells; the header has 2. Separate several labels by ';'.",
        ),
        (
            b"file;labels\na.png;x;y",
            "Line 2 of labels.csv has 3 cells; the header has 2. Separate several labels by '|'.",
        ),
        (
            b"file,x,y\na.png,1,yes",
            "Line 2 of labels.csv has 'yes' in the column 'y'; 0 or 1 is needed. "
            "For names of labels, call the column 'labels'.",
        ),
        (
            b'file,labels\na.png,"x',
            "labels.csv cannot be read at line 2 (unexpected end of data). "
            "Look for a quotation mark too many or too few.",
        ),
        (
            b"file,labels\nb,x",
            "No row of labels.csv names a picture; the first is 'b'. "
            "Write each path as seen from labels.csv, with the file's ending.",
        ),
    ],
)
def test_a_damaged_table_is_a_sentence(csv: bytes, said: str) -> None:
    with pytest.raises(DatasetError) as caught:
        matched(csv, "a.png")
    assert str(caught.value) == said


def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels_file, "MAX_ROWS", 2)
    with pytest.raises(DatasetError, match="has more than 2 rows, the limit"):
        matched(table("a,x", "b,x", "c,x"), "a")
    monkeypatch.setattr(labels_file, "MAX_BYTES", 3_000_000)
    big = Found("labels.csv", 4_000_000, bytes)
    # What it declares is too much, or what it holds.
    for found in (big, Found("labels.csv", 0, lambda: bytes(4_000_000))):
        with pytest.raises(DatasetError, match="labels.csv has 4 MB; 3 MB is the limit"):
            labels_file.read([found], Report())


def test_two_tables_are_refused() -> None:
    two = [Found(name, 0, bytes) for name in ("labels.csv", "Labels.csv", "1.png")]
    with pytest.raises(DatasetError, match="2 files called labels.csv: 'labels.csv', 'Labels.csv'. Keep one"):
        labels_file.read(two, Report())


def test_long_label_is_refused(workspace: Workspace) -> None:
    csv = table(*ROWS, f"9.png,{'n' * 101}")
    with pytest.raises(DatasetError, match="101 characters; 100 is the limit. Shorten it in labels.csv."):
        taken(workspace, flat(10) | {"labels.csv": csv})


def test_hostile_labels_are_kept_as_text(workspace: Workspace) -> None:
    hostile = ["=HYPERLINK('x')", "+1", "@cmd", "![](http:x)", "<b>", "a\u202eb"]
    rows = [f"{i}.png,{'|'.join(hostile)}" for i in range(4)]
    dataset = taken(workspace, flat(4) | {"labels.csv": table(*rows)})
    assert dataset.classes == tuple(sorted([*hostile[:-1], "ab"]))
    assert dataset.several_labels
