"""``thaw compare``: what differs between runs, and whether it made a difference on the same pictures."""

from typing import Annotated, Any

import typer

from tlcore import (
    comparing,
    comparison_plots,
    comparison_words,
    datasets,
    measures,
    overview,
    recipe_difference,
    runs,
)
from tlcore.cli import console
from tlcore.cli.chosen_run import find_run
from tlcore.cli.common import AsJson, Home, told, workspace_of
from tlcore.comparing import Comparison, Share
from tlcore.datasets import Split
from tlcore.errors import NotFound
from tlcore.numbers import bytes_words
from tlcore.overview import Line
from tlcore.recipe_difference import Row
from tlcore.runs import Run
from tlcore.workspace import Workspace


def compare(
    ids: Annotated[list[str], typer.Argument(metavar="RUN RUN...", help="The ids of two to six runs.")],
    split: Annotated[str, typer.Option(help="On these pictures: val or test. Default: val.")] = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Compare runs: what differs in them, and by McNemar's test whether they differ on the same pictures."""
    with told(as_json):
        workspace = workspace_of(home)
        chosen = [find_run(workspace, id) for id in ids]
        comparing.check(chosen)
        comparison = comparing.compare(chosen, _side(chosen, split))
        lines = {line.run.id: line for line in overview.lines(workspace)}
        found = [lines[run.id] for run in chosen]
        rows = _differences(workspace, chosen)
    if as_json:
        console.print_json(_told(comparison, found, rows))
    else:
        _print(comparison, found, rows)


def _side(chosen: list[Run], split: str) -> Split | None:
    """Raises NotFound for pictures that not all were judged by."""
    sides = comparing.sides(chosen)
    if not split:
        return sides[0] if sides else None
    if split not in sides:
        there = ", ".join(sides) or "all held-out pictures at once, since their datasets differ"
        raise NotFound(f"Not all of these runs were judged by pictures called {split!r}. There is: {there}.")
    return Split(split)


def _differences(workspace: Workspace, chosen: list[Run]) -> list[Row]:
    cards = {card.id: card for card in datasets.list_cards(workspace)}
    trained = [runs.extended(run.recipe, run.events()) for run in chosen]
    return recipe_difference.of_datasets(chosen, cards) + recipe_difference.of_recipes(trained)


def _told(comparison: Comparison, lines: list[Line], rows: list[Row]) -> dict[str, Any]:
    shares = comparison.shares or (None,) * len(lines)
    return {
        "runs": [
            {
                "run": line.run.id,
                "name": line.run.name,
                "dataset": line.run.dataset_id,
                "measure": measures.name(line.run),
                "common": share and _share(share),
                "own": _share(own),
                "seconds": line.seconds,
                "model_bytes": line.run.model_file.stat().st_size,
            }
            for line, share, own in zip(lines, shares, comparison.own, strict=True)
        ],
        "pictures": len(comparison.pictures),
        "relabelled": comparison.relabelled,
        "differences": [{"what": row.what, "values": row.values} for row in rows],
        "pairs": [
            {
                "runs": [comparison.runs[place].id for place in pair],
                "both": one.counts.both,
                "only_first": one.counts.only_first,
                "only_second": one.counts.only_second,
                "neither": one.counts.neither,
                "p_value": one.counts.p_value,
                "p_value_holm": one.adjusted,
                "differ": one.is_measurable,
            }
            for pair, one in comparison.pairs.items()
        ],
    }


def _share(share: Share) -> dict[str, Any]:
    return {
        "right": share.right,
        "pictures": share.pictures,
        "share": share.value,
        "interval": share.interval,
    }


def _print(comparison: Comparison, lines: list[Line], rows: list[Row]) -> None:
    letters = [style.letter for style in comparison_plots.STYLES[: len(lines)]]
    console.print_table(
        ["", console.whole("run"), "name", "right", "share", "95%", "took", "model"],
        [
            [
                letter,
                line.run.id,
                line.run.name,
                f"{share.right} of {share.pictures}",
                console.percent(share.value),
                "–".join(f"{100 * end:.0f}" for end in share.interval),
                None if line.seconds is None else f"{line.seconds:.1f} s",
                bytes_words(line.run.model_file.stat().st_size),
            ]
            for letter, line, share in zip(letters, lines, comparison.shares or comparison.own, strict=True)
        ],
    )
    for sentence in comparison_words.notes(comparison):
        console.warn(sentence)
    if rows:
        console.print_table(["differs", *letters], [[row.what, *row.values] for row in rows])
    for pair in comparison.pairs:
        console.out.print(
            comparison_words.verdict(comparison, pair, letters, letters), highlight=False, markup=False
        )
    if len(comparison.pairs) > 1:
        console.out.print("The p-values are corrected for the number of pairs (Holm).", highlight=False)
