"""The frame of the report: head, policy, style, the sections, and the program that draws the charts."""

import base64
import functools
import hashlib
from datetime import UTC, datetime
from html import escape
from importlib.resources import files

from plotly.offline import get_plotlyjs

import tlcore
from tlcore import evaluation, exporters, limits, measures, origin
from tlcore.evaluation import Evaluation
from tlcore.run_report import making, mistakes, pictures, quality
from tlcore.run_report.markup import Html, heading, listed, paragraph, section
from tlcore.runs import Run
from tlcore.words import tr
from tlcore.workspace import Workspace

# Of the classes, in the first sentence.
_MOST_NAMED = 30


def html(workspace: Workspace, run: Run) -> str:
    """The whole file. Raises RunError for a run without a model, WorkspaceError for one that is damaged."""
    exporters.check_has_model(run)
    judged = evaluation.load(run)
    body = "".join(
        [
            _header(workspace, run, judged),
            section("Limits", listed(limits.of(workspace, run))),
            quality.section_of(run, judged),
            mistakes.section_of(workspace, run, judged),
            pictures.section_of(workspace, run),
            making.training(workspace, run),
            making.again(run),
        ]
    )
    return _framed(run.name, body)


def _header(workspace: Workspace, run: Run, judged: Evaluation) -> Html:
    more = len(run.classes) - _MOST_NAMED
    names = ", ".join(run.classes[:_MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")
    told = (
        f"An image classifier on top of {origin.title(workspace, run, _quoted)}, which tells "
        f"{len(run.classes):,} classes apart: {names}."
    )
    written = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    note = paragraph(run.note) if run.note else ""
    made = f"Run {run.id} of {run.created[:10]}. Report written by Thaw {tlcore.__version__}, {written}."
    verdict = paragraph(_verdict(run, judged), "verdict")
    return f"<header>{heading(1, run.name)}{paragraph(told)}{verdict}{note}{paragraph(made, 'note')}</header>"


def _quoted(text: str) -> str:
    return f"“{text}”"


def _verdict(run: Run, judged: Evaluation) -> str:
    if not judged.splits:
        return tr("How often it is right was not measured.")
    split = limits.deciding(judged.splits)
    result = judged.splits[split]
    low, high = result.figures.interval
    right, total = len(result.pictures) - len(result.mistakes), len(result.pictures)
    return tr(
        "{name} {share:.1%}: it judged {right:,} of {total:,} {NAMES} pictures right. On others "
        "of the kind it is most likely {low:.0%} to {high:.0%}.",
        name=measures.name(run),
        share=measures.share(result),
        right=right,
        total=total,
        NAMES=limits.NAMES[split],
        low=low,
        high=high,
    )


def _framed(title: str, body: Html) -> str:
    style, plotly, program = _file("report.css"), get_plotlyjs(), _file("report.js")
    # Nothing is loaded from anywhere, and no program runs but these two. Plotly writes styles of its own, and
    # they can load nothing either.
    policy = (
        f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src {_hash(plotly)} {_hash(program)}; base-uri 'none'; form-action 'none'"
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>{escape(title)} – report</title>
<style>{style}</style>
</head>
<body>
<main>
<noscript><p>The charts need JavaScript, which is off here. All else is below.</p></noscript>
{body}
</main>
<script>{plotly}</script>
<script>{program}</script>
</body>
</html>
"""


@functools.cache
def _file(name: str) -> str:
    return files("tlcore.run_report").joinpath(name).read_text(encoding="utf-8")


def _hash(content: str) -> str:
    """As a policy names what may run: this very text, and nothing that slipped in."""
    # A browser hashes the text as it reads it, with each end of a line as one character.
    digest = hashlib.sha256(content.replace("\r\n", "\n").encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
