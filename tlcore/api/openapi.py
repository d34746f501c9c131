"""The routes as an OpenAPI 3.1 document; the schemas come from the classes that the answers are made of."""

from typing import Any

from pydantic.json_schema import models_json_schema

import tlcore
from tlcore.api.answers import Answer, Health, Refusal
from tlcore.api.bodies import FORM
from tlcore.api.limits import Limits
from tlcore.numbers import bytes_words

Document = dict[str, Any]

_SCHEMAS = "#/components/schemas/"
_NOT_ANSWERED = {
    400: "There is no picture in the request, or the form cannot be read.",
    401: "The token is missing or wrong.",
    403: "The page that asks, or the name the server was asked for, is not this server's.",
    404: "There is no such run.",
    408: "The request took too long to arrive.",
    409: "The run has no model that can judge.",
    413: "The request is too large, or has too many pictures.",
    500: "A file of the workspace is damaged.",
}


def document(limits: Limits, prefix: str = "", *, names_a_run: bool) -> Document:
    """``names_a_run``: whether a request has to say which run is to judge."""
    _, schemas = models_json_schema(
        [(model, "serialization") for model in (Answer, Health, Refusal)], ref_template=_SCHEMAS + "{model}"
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Thaw",
            "version": tlcore.__version__,
            "description": "Image classifiers that were trained with Thaw, for other programs.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": prefix or "/"}],
        "paths": {
            "/api/predict": {"post": _predict(limits, names_a_run)},
            "/api/health": {"get": _health()},
        },
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "thaw token shows it."}
            },
        },
    }


def _predict(limits: Limits, names_a_run: bool) -> Document:
    file = {"type": "string", "format": "binary"}
    pictures = {"type": "array", "items": file, "maxItems": limits.pictures}
    form = {"type": "object", "properties": {"pictures": pictures}, "required": ["pictures"]}
    return {
        "operationId": "predict",
        "summary": "Judge pictures with a finished run.",
        "description": (
            f"A picture as the body, of at most {bytes_words(limits.picture_bytes)}; or up to "
            f"{limits.pictures} as the files of a form, {bytes_words(limits.request_bytes)} together. JPEG, "
            f"PNG, GIF, BMP, WebP or TIFF. While {limits.requests} requests are under way, the next "
            "is answered 503."
        ),
        "security": [{"token": []}],
        "parameters": [_run(names_a_run)],
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": file}, FORM: {"schema": form}},
        },
        "responses": {
            "200": _answered("One picture at least was judged.", "Answer"),
            **{str(status): _answered(said, "Refusal") for status, said in _NOT_ANSWERED.items()},
            "409": _answered(_NOT_ANSWERED[409], "Answer", "Refusal"),
            "422": _answered("None of the pictures can be read.", "Answer"),
            "503": _answered("There is too much to do. Try again later.", "Answer", "Refusal")
            | {"headers": {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}},
        },
    }


def _run(names_a_run: bool) -> Document:
    said = (
        "The id of the run that judges."
        if names_a_run
        else "The id of the run of this server; may be left out."
    )
    return {
        "name": "run",
        "in": "query",
        "required": names_a_run,
        "description": said,
        "schema": {"type": "string"},
    }


def _health() -> Document:
    return {
        "operationId": "health",
        "summary": "Whether the server answers; needs no token.",
        "security": [],
        "responses": {
            "200": _answered("It does.", "Health"),
            "403": _answered(_NOT_ANSWERED[403], "Refusal"),
        },
    }


def _answered(description: str, *schemas: str) -> Document:
    found = [{"$ref": _SCHEMAS + name} for name in schemas]
    schema = found[0] if len(found) == 1 else {"anyOf": found}
    return {"description": description, "content": {"application/json": {"schema": schema}}}
