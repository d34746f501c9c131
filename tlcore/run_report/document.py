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
from tlcore.datasets import Split
from tlcore.evaluation import Evaluation
from tlcore.run_report import making, mistakes, pictures, quality
from tlcore.run_report.markup import Html, heading, listed, paragraph, section
from tlcore.runs import Run
from tlcore.words import language, mark, tr
from tlcore.workspace import Workspace

# Of the classes, in the first sentence.
_MOST_NAMED = 30

_VERDICTS = {
    Split.VAL: mark(
        "{measure} {share:.1%}: it judged {right:,} of {total:,} validation pictures right. On others of the "
        "kind it is most likely {low:.0%} to {high:.0%}."
    ),
    Split.TEST: mark(
        "{measure} {share:.1%}: it judged {right:,} of {total:,} test pictures right. On others of the kind "
        "it is most likely {low:.0%} to {high:.0%}."
    ),
}


def html(workspace: Workspace, run: Run) -> str:
    """The whole file. Raises RunError for a run without a model, WorkspaceError for one that is damaged."""
    exporters.check_has_model(run)
    judged = evaluation.load(run)
    body = "".join(
        [
            _header(workspace, run, judged),
            section(tr("Limits"), listed(limits.of(workspace, run))),
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
    names = ", ".join(run.classes[:_MOST_NAMED])
    told = tr(
        "An image classifier on top of {network}, which tells {classes:,} classes apart: {names}.",
        network=origin.title(workspace, run, _quoted),
        classes=len(run.classes),
        names=tr("{names} and {more:,} more", names=names, more=more) if more > 0 else names,
    )
    written = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    note = paragraph(run.note) if run.note else ""
    made = tr(
        "Run {run} of {day}. Report written by Thaw {version}, {now}.",
        run=run.id,
        day=run.created[:10],
        version=tlcore.__version__,
        now=written,
    )
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
        _VERDICTS[split],
        measure=tr(measures.name(run)),
        share=measures.share(result),
        right=right,
        total=total,
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
    window = tr("{run} – report", run=title)
    without = tr("The charts need JavaScript, which is off here. All else is below.")
    return f"""<!DOCTYPE html>
<html lang="{language()}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>{escape(window)}</title>
<style>{style}</style>
</head>
<body>
<main>
<noscript>{paragraph(without)}</noscript>
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
