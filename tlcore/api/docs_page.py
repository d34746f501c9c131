"""The OpenAPI document as a page that loads nothing else: no script, no font, no internet."""

from html import escape
from typing import Any

from tlcore.api import examples
from tlcore.api.openapi import Document

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)

_STYLE = """
:root { color-scheme: light dark; --line: #8885; --accent: light-dark(#17699c, #6dbce8); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2 { line-height: 1.2; } h2 { border-top: 1px solid var(--line); padding-top: 1.5rem; }
code, pre { font: 14px/1.5 ui-monospace, monospace; } h2 code { font-size: 18px; }
pre { overflow-x: auto; padding: .75rem 1rem; border: 1px solid var(--line); border-radius: .5rem; }
a, .method { color: var(--accent); }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0;
border-bottom: 1px solid var(--line); }
"""


def render(document: Document, address: str) -> str:
    """``address``: of the server, as who reads this asks for it."""
    info = document["info"]
    ways = [
        _way(method, path, way) for path, found in document["paths"].items() for method, way in found.items()
    ]
    schemas = [_schema(name, schema) for name, schema in document["components"]["schemas"].items()]
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{escape(info['title'])}: the API</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(info['title'])}: the API</h1><p>{escape(info['description'])} Version "
        f"{escape(info['version'])}. For machines: <a href='openapi.json'>openapi.json</a>.</p>"
        "<p>Each request carries the token, which <code>thaw token</code> shows, in a header: "
        "<code>Authorization: Bearer TOKEN</code>.</p>"
        f"<h2>How to ask</h2>{_examples(document, address)}{''.join(ways)}"
        f"<h2>What is answered</h2>{''.join(schemas)}</body></html>"
    )


def _examples(document: Document, address: str) -> str:
    (parameter,) = document["paths"]["/api/predict"]["post"]["parameters"]
    run = "RUN" if parameter["required"] else ""
    shown = {
        "In a shell": examples.curl(address, "TOKEN", run),
        "In Python": examples.python(address, "TOKEN", run),
        "A folder, in Python": examples.python_several(address, "TOKEN", run),
    }
    return "".join(
        f"<h3>{title}</h3><pre tabindex='0'>{escape(program)}</pre>" for title, program in shown.items()
    )


def _way(method: str, path: str, way: Document) -> str:
    rows = [
        (status, answer["description"], _names(answer["content"]["application/json"]["schema"]))
        for status, answer in sorted(way["responses"].items())
    ]
    parameters = [
        (one["name"], one["description"], "required" if one["required"] else "")
        for one in way.get("parameters", [])
    ]
    description = f"<p>{escape(way['description'])}</p>" if "description" in way else ""
    asked = f"<h3>In the address</h3>{_table(parameters)}" if parameters else ""
    return (
        f"<h2><code><span class='method'>{method.upper()}</span> {escape(path)}</code></h2>"
        f"<p>{escape(way['summary'])}</p>{description}{asked}<h3>Answers</h3>{_table(rows)}"
    )


def _schema(name: str, schema: Document) -> str:
    rows = [
        (field, _names(told), told.get("description", "")) for field, told in schema["properties"].items()
    ]
    said = schema.get("description", "")
    return f"<h3>{escape(name)}</h3><p>{escape(said)}</p>{_table(rows)}"


def _names(schema: Document) -> str:
    """A schema in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(map(_names, schema["anyOf"]))
    if schema.get("type") == "array":
        return f"list of {_names(schema['items'])}"
    return str(schema.get("type", ""))


def _table(rows: list[tuple[Any, ...]]) -> str:
    lines = (
        f"<tr><th scope='row'><code>{escape(str(first))}</code></th>"
        + "".join(f"<td>{escape(str(cell))}</td>" for cell in others)
        + "</tr>"
        for first, *others in rows
    )
    return f"<div class='wide' tabindex='0'><table>{''.join(lines)}</table></div>"
