"""The results as one Plotly figure: seconds by program, extraction by runtime, growth with the pictures."""

from typing import Any

from tlcore.benchmark.results import Results
from tlcore.benchmark.settings import PROGRAMS
from tlcore.benchmark.tables import best
from tlcore.benchmark.task import Part

_COLOURS: dict[Part, str] = {"thaw": "#2E8FC7", "expert": "#8A94A0", "plain": "#E8590C"}
_PATTERNS: dict[Part, str] = {"thaw": "", "expert": "/", "plain": "x"}
_TITLES = ("First head, s", "Second head, s", "Frozen layers, images a second", "First head by images, s")


def figure(results: Results) -> Any:
    """A ``plotly.graph_objects.Figure``; axes of seconds are logarithmic."""
    from plotly.subplots import make_subplots

    drawn = make_subplots(rows=2, cols=2, subplot_titles=_TITLES, vertical_spacing=0.14)
    for part in PROGRAMS:
        _add_seconds(drawn, results, part)
        _add_growth(drawn, results, part)
    _add_extraction(drawn, results)
    for row, col in ((1, 1), (1, 2), (2, 2)):
        drawn.update_yaxes(type="log", row=row, col=col)
    drawn.update_xaxes(type="log", row=2, col=2)
    drawn.update_layout(barmode="group", height=760, template="plotly_white", title="Thaw, measured")
    return drawn


def _add_seconds(drawn: Any, results: Results, part: Part) -> None:
    sized = {key: one for key, one in results.compared().items() if key[1] == results.settings.images}
    ones = {key[0]: programs[part] for key, programs in sized.items() if part in programs}
    for col in (1, 2):
        heads = [one.heads[col - 1] for one in ones.values()]
        drawn.add_bar(
            x=list(ones),
            y=[head["seconds"] for head in heads],
            customdata=[head["val_accuracy"] for head in heads],
            hovertemplate="%{y:.1f} s, validation accuracy %{customdata:.1%}",
            showlegend=col == 1,
            **_look(part),
            row=1,
            col=col,
        )


def _look(part: Part) -> dict[str, Any]:
    return {
        "name": part,
        "legendgroup": part,
        "marker": {"color": _COLOURS[part], "pattern": {"shape": _PATTERNS[part]}},
    }


def _add_extraction(drawn: Any, results: Results) -> None:
    ones = [one for one in results.measurements if one.task.part == "extraction" and one.result]
    runtimes: tuple[tuple[str, str, Part], ...] = (
        ("thaw", "Thaw's runtime", "thaw"),
        ("tensorflow", "tf.function", "plain"),
    )
    for runtime, name, like in runtimes:
        drawn.add_bar(
            x=[one.task.backbone for one in ones],
            y=[best(one.result, runtime)[1] for one in ones],
            name=name,
            marker={"color": _COLOURS[like], "pattern": {"shape": _PATTERNS[like]}},
            showlegend=False,
            hovertemplate="%{y:.1f} images a second",
            row=2,
            col=1,
        )


def _add_growth(drawn: Any, results: Results, part: Part) -> None:
    name = results.settings.backbones[0]
    sized = sorted(
        (key, one[part]) for key, one in results.compared().items() if key[0] == name and part in one
    )
    drawn.add_scatter(
        x=[key[1] for key, _ in sized],
        y=[one.heads[0]["seconds"] for _, one in sized],
        customdata=[one.heads[0]["peak_mb"] for _, one in sized],
        hovertemplate="%{x} images: %{y:.1f} s, %{customdata:.0f} MB",
        name=part,
        legendgroup=part,
        showlegend=False,
        marker={"color": _COLOURS[part]},
        row=2,
        col=2,
    )
