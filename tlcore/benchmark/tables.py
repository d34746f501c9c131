"""From results to tables of text: the same for a terminal and for a document."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tlcore.benchmark import busy
from tlcore.benchmark.results import Measurement, Programs, Results, ratio
from tlcore.benchmark.task import Part

Row = tuple[str, ...]


@dataclass(frozen=True)
class Table:
    title: str
    columns: Row
    rows: tuple[Row, ...]
    note: str = ""


def tables(results: Results) -> list[Table]:
    """Those that hold anything; what failed is listed in the last one."""
    makers = (_models, _stages, _extraction, _fine_tuning, _growth, _failures, _disturbed)
    return [table for table in (make(results) for make in makers) if table.rows]


def _models(results: Results) -> Table:
    rows = [
        (name, part, *_two_heads(programs, part), f"{one.heads[0]['peak_mb']:,.0f}")
        for (name, images, _), programs in results.compared().items()
        for part, one in programs.items()
        if images == results.settings.images
    ]
    return Table(
        f"A finished model: {results.settings.images:,} images, {results.settings.epochs} epochs",
        ("network", "program", "1st head s", "× Thaw", "2nd s", "× Thaw", "1st val", "2nd val", "MB"),
        tuple(rows),
        " ".join(filter(None, (_of_epochs(results), _of_weights(results)))),
    )


def _two_heads(programs: Programs, part: Part) -> Iterator[str]:
    """Seconds and ratio of each head, then their accuracies."""
    one = programs[part]
    for number, head in enumerate(one.heads):
        yield f"{head['seconds']:.1f}{_star(one)}"
        yield _times(programs, part, number)
    for head in one.heads:
        yield f"{head['val_accuracy']:.1%}{_star(one)}"


def _star(one: Measurement) -> str:
    return "*" if one.task.run_epochs < one.task.epochs else ""


def _times(programs: Programs, part: Part, head: int = 0, what: str = "seconds") -> str:
    found = ratio(programs, part, head, what)
    return "–" if found is None else f"{found:.1f}"


def _of_epochs(results: Results) -> str:
    if not any(map(_star, results.measurements)):
        return ""
    return (
        f"* {results.settings.plain_epochs} epochs were run and the others reckoned as long as the later of "
        "them; the accuracy is that after the epochs that were run."
    )


def _of_weights(results: Results) -> str:
    names = {one.task.backbone: None for one in results.measurements if one.task.weights == "none"}
    if not names:
        return ""
    return (
        f"Random weights, as ImageNet's are not at hand: {', '.join(names)}; time does not depend on them, "
        "accuracy does."
    )


def _stages(results: Results) -> Table:
    """What the programs' seconds are made of; each program names its own stages."""
    rows = [
        (name, part, str(number), f"{head['measured_s']:.1f}", _listed(head["stages"]))
        for (name, images, _), programs in results.compared().items()
        for part, one in programs.items()
        for number, head in enumerate(one.heads, start=1)
        if images == results.settings.images
    ]
    return Table("Where the seconds went", ("network", "program", "head", "measured s", "of it"), tuple(rows))


def _listed(stages: dict[str, float]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {seconds:.1f}" for name, seconds in stages.items())


def _extraction(results: Results) -> Table:
    rows = []
    for one in results.measurements:
        if one.task.part != "extraction" or not one.result:
            continue
        found = one.result
        # Else it is the usual one, LiteRT.
        other = "" if found["thaw_runtime"] == "litert" else f" ({found['thaw_runtime']})"
        sides = [best(found, runtime) for runtime in ("thaw", "tensorflow")]
        figures = [(f"{pace:.1f}", batch, _of_peak(found, pace)) for batch, pace in sides]
        rows.append(
            (
                one.task.backbone + other,
                str(one.task.image_size_px),
                f"{found['gflop']:.2f}",
                *figures[0],
                *figures[1],
                f"{sides[0][1] / sides[1][1]:.1f}",
            )
        )
    return Table(
        "Frozen layers alone: images a second at each one's best batch size",
        ("network", "px", "GFLOP", "Thaw", "batch", "peak", "tf.function", "batch", "peak", "×"),
        tuple(rows),
        "peak: the share of the machine's float32 peak (a large matrix product in NumPy) that was reached.",
    )


def best(found: dict[str, Any], runtime: str) -> tuple[str, float]:
    """Batch size and images a second, of an extraction's result."""
    paces: dict[str, float] = found["images_per_s"][runtime]
    batch = max(paces, key=paces.__getitem__)
    return batch, paces[batch]


def _of_peak(found: dict[str, Any], images_per_s: float) -> str:
    return f"{images_per_s * found['gflop'] / found['peak_gflops']:.0%}"


def _fine_tuning(results: Results) -> Table:
    rows = []
    for (_, _, trained), programs in results.compared(fine_tuned=True).items():
        for part, one in programs.items():
            head = one.heads[0]
            rows.append(
                (
                    f"last {trained}",
                    part,
                    f"{head['epoch_s']:.2f}",
                    _times(programs, part, what="epoch_s"),
                    f"{head['first_epoch_s']:.1f}",
                    f"{head['seconds']:.1f}",
                    str(head["epochs_run"]),
                    f"{head['val_accuracy']:.1%}",
                )
            )
    settings = results.settings
    return Table(
        f"Fine-tuning: {settings.backbones[0]}, {settings.images:,} images",
        ("trained layers", "program", "epoch s", "× Thaw", "first epoch s", "run s", "epochs", "validation"),
        tuple(rows),
        "The run is from the start to the finished model; for Thaw the features are in it, computed first.",
    )


def _growth(results: Results) -> Table:
    name = results.settings.backbones[0]
    sized = {key: programs for key, programs in results.compared().items() if key[0] == name}
    rows = [
        (
            f"{images:,}",
            part,
            *_two_heads(programs, part),
            f"{one.heads[0]['peak_mb']:,.0f}",
            f"{one.heads[0]['peak_mb'] - one.result['before_mb']:,.0f}",
        )
        for (_, images, _), programs in sorted(sized.items())
        for part, one in programs.items()
    ]
    return Table(
        f"Growing with the pictures: {name}, {results.settings.epochs} epochs",
        ("images", "program", "1st head s", "× Thaw", "2nd s", "× Thaw", "1st val", "2nd val", "MB", "added"),
        tuple(rows) if len(sized) > 1 else (),
        "MB: the most memory that the process had in use; added: above what it had before the clock started.",
    )


def _failures(results: Results) -> Table:
    rows = [
        (one.task.backbone, one.task.part, f"{one.task.images:,}", one.failed)
        for one in results.measurements
        if one.failed
    ]
    return Table("Failed", ("network", "program", "images", "why"), tuple(rows))


def _disturbed(results: Results) -> Table:
    """Where it stays empty, nothing else was at work."""
    rows = [
        (one.task.backbone, one.task.part, f"{one.task.images:,}", f"{one.others:.0%}")
        for one in results.measurements
        if one.others > busy.MUCH
    ]
    return Table(
        "Not to be believed: other programs were at work",
        ("network", "program", "images", "processors used by them"),
        tuple(rows),
        "Measure again when nothing else runs.",
    )
