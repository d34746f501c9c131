"""The results as a document: the machine, how it was measured, the tables."""

from tlcore.benchmark.results import Results
from tlcore.benchmark.tables import Table, tables

HOW = """\
Each line was measured in a process of its own that had imported TensorFlow and fitted something tiny before
the clock started. The clock runs from the start of the run to the finished model: for Thaw (in an empty
workspace, with nothing computed or converted beforehand) from the click to the saved `.keras`, its evaluation
and the converted graph; for the others to the saved `.keras`, accuracy from `fit`. Listing the folders, and
for Thaw taking the pictures in, comes before it.

- **thaw**: `tlcore.runs.create` and `tlcore.training.train`; the second head directly afterwards.
- **expert**: `image_dataset_from_directory`, `model.predict` once, heads trained on the features in memory.
- **plain**: TensorFlow's tutorial: `image_dataset_from_directory`, prefetched and not cached, the whole
  network in `fit`, the backbone called with `training=False`.

All train the same head (average pooling, dense 128, dropout 0.2; the second: dense 64), Adam, batches of 32,
on the same files: variants of the sample's drawings, those of one drawing on one side of the split.
"""


def document(results: Results) -> str:
    """Markdown."""
    parts = ["# Thaw, measured", *_facts(results), HOW]
    if not results.complete:
        parts.append("**Interrupted: this is what had been measured.**")
    for table in tables(results):
        parts += [f"## {table.title}", _rendered(table)]
        if table.note:
            parts.append(table.note)
    return "\n\n".join(part.rstrip() for part in parts) + "\n"


def _facts(results: Results) -> list[str]:
    machine = results.machine
    facts = [
        f"{results.started} · {machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB, "
        f"{machine['system']} · float32 peak {machine['peak_gflops']:.0f} GFLOP/s (a large matrix product in "
        f"NumPy) · Python {machine['python']}, TensorFlow {machine['tensorflow']}, Keras {machine['keras']}, "
        f"LiteRT {machine['ai-edge-litert']}"
    ]
    for made in results.pictures:
        facts.append(
            f"{made.images:,} images ({made.train:,} to train on, {made.val:,} to validate, {made.classes} "
            f"classes); taking them in took Thaw {made.intake_s:.1f} s."
        )
    return facts


def _rendered(table: Table) -> str:
    lines = [table.columns, ("---",) * len(table.columns), *table.rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
