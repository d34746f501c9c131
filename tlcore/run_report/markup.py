"""HTML of the report's parts. Every text that comes in is escaped here, and nowhere else."""

import base64
import json
from collections.abc import Iterable, Sequence
from html import escape

import plotly.graph_objects as go

from tlcore.summary import Figure
from tlcore.words import number, tr

PICTURE_PX = 168
FILE_PX = 224
"""Sharp on a screen of several pixels per point; pages have pictures of this size too: they are at hand."""

Cell = str | int | None
Html = str
"""Markup that is whole and safe; as every function here returns it."""


def heading(level: int, text: str) -> Html:
    return f"<h{level}>{escape(text)}</h{level}>"


def section(title: str, *parts: Html) -> Html:
    return f"<section>{heading(2, title)}{''.join(parts)}</section>"


def paragraph(text: str, kind: str = "") -> Html:
    return f'<p class="{kind}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


def listed(sentences: Iterable[str]) -> Html:
    return f"<ul>{''.join(f'<li>{escape(one)}</li>' for one in sentences)}</ul>"


def code(text: str) -> Html:
    # It can be scrolled, so the keyboard has to reach it.
    return f'<pre tabindex="0"><code>{escape(text)}</code></pre>'


def folded(title: str, *parts: Html) -> Html:
    return f"<details><summary>{escape(title)}</summary>{''.join(parts)}</details>"


def table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Html:
    """The first column names its row; what begins with a digit has even digits."""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "".join(f"<tr>{_row(row)}</tr>" for row in rows)
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(row: Sequence[Cell]) -> Html:
    first, *others = map(_text, row)
    cells = (f"<td{_kind(one)}>{escape(one)}</td>" for one in others)
    return f'<th scope="row">{escape(first)}</th>{"".join(cells)}'


def _kind(cell: str) -> str:
    return ' class="number"' if cell[:1].isdigit() else ""


def _text(cell: Cell) -> str:
    if cell is None:
        return "–"
    return number(cell, ",") if isinstance(cell, int) else cell


def figures(some: Iterable[Figure]) -> Html:
    """Each with the sentence that says what it means."""
    cards = "".join(
        f"<div><dt>{escape(one.title)}</dt><dd><strong>{escape(one.value)}</strong>"
        f"<span>{escape(one.sentence)}</span></dd></div>"
        for one in some
    )
    return f'<dl class="figures">{cards}</dl>'


def gallery(pictures: Iterable[Html]) -> Html:
    return f'<div class="gallery">{"".join(pictures)}</div>'


def picture(shown: Sequence[tuple[bytes | None, str]], caption: str, note: str = "") -> Html:
    """``shown``: JPEGs that belong together, each with its alternative text; None is one that is gone."""
    below = f"<span>{escape(note)}</span>" if note else ""
    inner = "".join(_image(content, alt) for content, alt in shown)
    return f"<figure>{inner}<figcaption>{escape(caption)}{below}</figcaption></figure>"


def _image(content: bytes | None, alt: str) -> Html:
    if content is None:
        return paragraph(tr("The picture was deleted."), "gone")
    data = base64.b64encode(content).decode()
    return f'<img src="data:image/jpeg;base64,{data}" alt="{escape(alt)}" width="{PICTURE_PX}">'


def chart(figure: go.Figure, alt: str) -> Html:
    """A figure that the script in the page draws; its data are data there, not program."""
    # Plotly's own colours are for white paper: the script gives those of the page.
    figure.update_layout(template="none")
    # Nothing in it may end the element that it stands in.
    data = json.dumps(json.loads(figure.to_json())).replace("<", "\\u003c")
    return (
        f'<figure class="chart"><div role="img" aria-label="{escape(alt)}"></div>'
        f'<script type="application/json">{data}</script></figure>'
    )
