"""Where a browser gets a dataset or a project from: made as it is sent, held by neither memory nor disk.

Streamlit's own download would keep the whole file in the server's memory. ``GET /thaw/datasets/<id>.zip`` and
``GET /thaw/projects/<id>.thaw``, with a signature that a page of this server has put into its link.
"""

import hmac
from collections.abc import Iterator

from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from pages.ui import base_path, state, upload_route
from tlcore import dataset_zip, datasets, project_file
from tlcore.datasets import Dataset
from tlcore.errors import ThawError


def link(dataset: Dataset) -> str:
    """What a browser asks for to get the dataset; it holds until the server is started anew."""
    return f"{_path('datasets')}{dataset.id}.zip?signature={_signature('dataset', dataset.id)}"


def project_link(dataset: Dataset) -> str:
    """The same for the project of the dataset."""
    ending = project_file.SUFFIX
    return f"{_path('projects')}{dataset.id}{ending}?signature={_signature('project', dataset.id)}"


def file_name(dataset: Dataset) -> str:
    return f"{dataset.id}-version-{dataset.version}.zip"


def routes() -> list[Route]:
    return [
        Route(f"{_path('datasets')}{{id}}.zip", _dataset, methods=["GET"]),
        Route(f"{_path('projects')}{{id}}{project_file.SUFFIX}", _project, methods=["GET"]),
    ]


def _path(kind: str) -> str:
    return base_path.below(f"/thaw/{kind}/")


async def _dataset(request: Request) -> Response:
    return await _answer(request, "dataset")


async def _project(request: Request) -> Response:
    return await _answer(request, "project")


async def _answer(request: Request, kind: str) -> Response:
    id = request.path_params["id"]
    if not upload_route.is_our_host(request.headers.get("host", "")):
        return PlainTextResponse("This server does not go by the name it was asked for.", 403)
    given = request.query_params.get("signature", "")
    if not hmac.compare_digest(given.encode(), _signature(kind, id).encode()):
        return PlainTextResponse("This link is out of date. Reload the page and try again.", 403)
    try:
        name, pieces = await run_in_threadpool(_file, kind, id)
    except ThawError as error:
        return PlainTextResponse(str(error), 404)
    return StreamingResponse(
        iterate_in_threadpool(pieces),
        media_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


def _file(kind: str, id: str) -> tuple[str, Iterator[bytes]]:
    """Its name and its pieces. Raises what the making raises at its beginning."""
    if kind == "project":
        project = project_file.gather(state.workspace(), id)
        return project_file.file_name(project.dataset), project_file.pieces(project)
    dataset = datasets.load(state.workspace(), id)
    return file_name(dataset), dataset_zip.chunks(dataset)


def _signature(kind: str, id: str) -> str:
    # Another text than any session's name, so that neither signature serves for the other.
    return upload_route.signed(f"{kind} {id}")
