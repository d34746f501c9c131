"""A dataset changed: each change makes another dataset, the next version, which names its parent.

The pictures that stay keep their side of the split and their order, so a run on the new version compares with
one on the old, and features are computed anew only where pictures came or went. New pictures are split by the
dataset's own shares and seed. Nothing here changes the dataset that is given.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from tlcore import datasets, grouping, sides, version_words
from tlcore.archives import clean_text
from tlcore.datasets import Dataset, Item, Split
from tlcore.errors import DatasetError
from tlcore.report import quoted
from tlcore.words import tr
from tlcore.workspace import Workspace

__all__ = [
    "MAX_CLASS_NAME_CHARACTERS",
    "add",
    "add_classes",
    "delete",
    "keep_together",
    "merge",
    "merge_classes",
    "move",
    "relabel",
    "remove_class",
    "rename_class",
]

MAX_CLASS_NAME_CHARACTERS = 100

Named = tuple[Item, tuple[str, ...]]
"""A picture and the names of its classes."""


def move(
    workspace: Workspace, dataset: Dataset, items: Collection[Item], to: str, *, out_of: str = ""
) -> Dataset:
    """The items in class `to`; of one with several labels only the label `out_of` is exchanged."""
    _check_class(dataset, to)
    chosen = _chosen(dataset, items)

    def moved(item: Item, names: tuple[str, ...]) -> tuple[str, ...]:
        if item not in chosen:
            return names
        return tuple(to if name == out_of else name for name in names) if out_of in names else (to,)

    origins = quoted(_names_of(dataset, chosen) - {to}) if not out_of else f"'{out_of}'"
    change = version_words.moved(len(chosen), origins, to)
    return _relabelled(workspace, dataset, change, moved)


def delete(workspace: Workspace, dataset: Dataset, items: Collection[Item]) -> Dataset:
    """Without the items; the parent keeps them."""
    chosen = _chosen(dataset, items)
    change = version_words.deleted(len(chosen), quoted(_names_of(dataset, chosen)))
    return _relabelled(workspace, dataset, change, lambda item, names: () if item in chosen else names)


def relabel(
    workspace: Workspace, dataset: Dataset, names: Mapping[Item, Sequence[str]], change: str
) -> Dataset:
    """Each of the items in the classes of these names; without a name it is deleted, the parent keeps it."""
    for name in {name for held in names.values() for name in held}:
        _check_class(dataset, name)
    chosen = _chosen(dataset, names)
    return _relabelled(
        workspace, dataset, change, lambda item, held: tuple(names[item]) if item in chosen else held
    )


def rename_class(workspace: Workspace, dataset: Dataset, name: str, new: str) -> Dataset:
    """Raises DatasetError for a name that is empty, too long or another class's already."""
    _check_class(dataset, name)
    new = clean_text(new)
    if not new:
        raise DatasetError(tr("A class needs a name. Type at least one letter."))
    if len(new) > MAX_CLASS_NAME_CHARACTERS:
        raise DatasetError(
            tr(
                "The name has {length} characters; {limit} is the limit. Shorten it.",
                length=len(new),
                limit=MAX_CLASS_NAME_CHARACTERS,
            )
        )
    for other in dataset.classes:
        if other != name and _key(other) == _key(new):
            raise DatasetError(
                tr(
                    "There is a class '{other}' already. Merge '{name}' into it instead.",
                    other=other,
                    name=name,
                )
            )
    classes = [new if one == name else one for one in dataset.classes]
    changed = replace(dataset, classes=tuple(classes), left_out=(), notes=())
    change = tr("Class '{name}' renamed to '{new}'", name=name, new=new)
    return datasets.save_version(workspace, dataset, changed, change)


def merge_classes(workspace: Workspace, dataset: Dataset, names: Collection[str], into: str) -> Dataset:
    """The pictures of `names` in class `into`; those classes are gone."""
    gone = [name for name in dataset.classes if name in names and name != into]
    for name in (*names, into):
        _check_class(dataset, name)
    if not gone:
        raise DatasetError(tr("To merge classes, choose two different ones."))
    classes = [name for name in dataset.classes if name not in gone]
    return _relabelled(
        workspace,
        dataset,
        version_words.merged(gone, into),
        lambda item, held: tuple(into if name in gone else name for name in held),
        classes,
    )


def remove_class(workspace: Workspace, dataset: Dataset, name: str) -> Dataset:
    """Without the class and its pictures; of those with several labels only this one goes."""
    _check_class(dataset, name)
    classes = [one for one in dataset.classes if one != name]
    label = dataset.classes.index(name)
    count = sum(item.labels == (label,) for item in dataset.items)
    return _relabelled(
        workspace,
        dataset,
        version_words.removed(name, count),
        lambda item, held: tuple(one for one in held if one != name),
        classes,
    )


def add(workspace: Workspace, dataset: Dataset, taken: Dataset, to: str) -> Dataset:
    """All pictures of `taken`, whatever it calls them, in class `to`; `taken` need not be saved."""
    _check_class(dataset, to)
    return _with_new(
        workspace,
        dataset,
        taken,
        [(item, (to,)) for item in taken.items],
        dataset.classes,
        partial(version_words.added, to=f"'{to}'"),
    )


def add_classes(workspace: Workspace, dataset: Dataset, taken: Dataset) -> Dataset:
    """The pictures of `taken` in the classes of the same name, or in new ones; `taken` need not be saved."""
    names = quoted(taken.classes)
    return _united(workspace, dataset, taken, partial(version_words.added, to=names))


def merge(workspace: Workspace, dataset: Dataset, other: Dataset) -> Dataset:
    """Both in one: classes of the same name are one, equal pictures of a class are there once."""
    return _united(workspace, dataset, other, partial(version_words.united, name=other.name, id=other.id))


def _united(workspace: Workspace, dataset: Dataset, other: Dataset, change: Callable[[int], str]) -> Dataset:
    ours = {_key(name): name for name in dataset.classes}
    classes = [*dataset.classes, *(name for name in other.classes if _key(name) not in ours)]
    named = [(item, tuple(ours.get(_key(name), name) for name in names)) for item, names in _named(other)]
    return _with_new(workspace, dataset, other, named, classes, change)


def keep_together(workspace: Workspace, dataset: Dataset, alike: Iterable[Sequence[str]]) -> Dataset:
    """Pictures that are nearly the same, by sha256, on one side of the split: where most of them are, else in
    training. The others stay where they are. Later splits keep them together too.
    """
    known = {item.sha256 for item in dataset.items}
    groups = [found for one in alike if len(found := [sha256 for sha256 in one if sha256 in known]) > 1]
    together = (*dataset.together, *(tuple(sorted({*found})) for found in groups))
    units = grouping.units([item.sha256 for item in dataset.items], [""] * len(dataset.items), together)
    votes: dict[str, Counter[Split]] = {}
    for item, unit in zip(dataset.items, units, strict=True):
        votes.setdefault(unit, Counter())[item.split] += 1
    # Counter keeps no order among equals; Split has one, and training comes first.
    places = {unit: max(Split, key=lambda side: count[side]) for unit, count in votes.items()}
    items = tuple(replace(item, split=places[unit]) for item, unit in zip(dataset.items, units, strict=True))
    moved = sum(one.split != other.split for one, other in zip(items, dataset.items, strict=True))
    changed = replace(dataset, items=items, together=tuple(dict.fromkeys(together)))
    sides.check_sides(changed, kept=True)
    return datasets.save_version(workspace, dataset, changed, version_words.kept_together(moved))


def _with_new(
    workspace: Workspace,
    dataset: Dataset,
    source: Dataset,
    new: Sequence[Named],
    classes: Sequence[str],
    change: Callable[[int], str],
) -> Dataset:
    """The dataset and the new pictures; equal ones with the same labels are there once."""
    # A picture's file is named by its content, so one of both is as good as the other.
    items = _once([*_named(dataset), *new], classes)
    count = len(items) - len(dataset.items)
    if not count:
        raise DatasetError(tr("All of these pictures are there already. Nothing was added."))
    return _save(
        workspace, dataset, change(count), items, classes, sources=[source], left_out=source.left_out
    )


def _relabelled(
    workspace: Workspace,
    dataset: Dataset,
    change: str,
    names: Callable[[Item, tuple[str, ...]], tuple[str, ...]],
    classes: Sequence[str] | None = None,
) -> Dataset:
    """The pictures with the names that `names` gives them; without a name there is no picture any more."""
    kept = classes if classes is not None else dataset.classes
    changed = [(item, names(item, held)) for item, held in _named(dataset)]
    return _save(workspace, dataset, change, _once([one for one in changed if one[1]], kept), kept)


def _save(
    workspace: Workspace,
    dataset: Dataset,
    change: str,
    items: Sequence[Item],
    classes: Sequence[str],
    *,
    sources: Sequence[Dataset] = (),
    left_out: Sequence[datasets.LeftOut] = (),
) -> Dataset:
    sides.check_minimums(classes, items)
    placed = sides.assign(
        items,
        val_fraction=dataset.val_fraction,
        test_fraction=dataset.test_fraction,
        seed=dataset.split_seed,
        split_by=dataset.split_by,
        together=dataset.together,
        kept={item.sha256: item.split for item in dataset.items},
    )
    changed = replace(
        dataset,
        classes=tuple(classes),
        items=tuple(replace(item, split=side) for item, side in zip(items, placed, strict=True)),
        left_out=tuple(left_out),
        notes=(),
    )
    sides.check_sides(changed, kept=True)
    return datasets.save_version(workspace, dataset, changed, change, sources=sources)


def _named(dataset: Dataset) -> list[Named]:
    return [(item, tuple(dataset.classes[label] for label in item.labels)) for item in dataset.items]


def _once(named: Iterable[Named], classes: Sequence[str]) -> list[Item]:
    """Items with their labels among `classes`; of equal pictures with equal labels only the first."""
    labels = {name: label for label, name in enumerate(classes)}
    first: dict[tuple[str, frozenset[int]], Item] = {}
    for item, names in named:
        label, *more = dict.fromkeys(labels[name] for name in names)
        changed = replace(item, label=label, more=tuple(sorted(more)))
        first.setdefault((item.sha256, frozenset(changed.labels)), changed)
    return [*first.values()]


def _chosen(dataset: Dataset, items: Collection[Item]) -> set[Item]:
    chosen = {*items} & {*dataset.items}
    if not chosen:
        raise DatasetError(tr("No picture of this dataset is chosen. Choose one."))
    return chosen


def _names_of(dataset: Dataset, items: Iterable[Item]) -> set[str]:
    return {dataset.classes[label] for item in items for label in item.labels}


def _check_class(dataset: Dataset, name: str) -> None:
    if name not in dataset.classes:
        raise DatasetError(
            tr("There is no class '{name}' in this dataset.", name=name[:MAX_CLASS_NAME_CHARACTERS])
        )


def _key(name: str) -> str:
    """Names that differ only in case are one class, as at the intake."""
    return clean_text(name.casefold())
