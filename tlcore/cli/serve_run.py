"""``thaw serve`` and ``thaw token``: a finished run for other programs, over HTTP."""

from typing import Annotated

import typer

from tlcore.cli import console
from tlcore.cli.chosen_run import find_run
from tlcore.cli.common import AsJson, Home, told, workspace_of


def serve(
    run: Annotated[str, typer.Argument(help="The id of a run, or latest.")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any that is free.")] = 8600,
    host: Annotated[
        str, typer.Option(help="The address to listen at. Others in your network reach 0.0.0.0.")
    ] = "127.0.0.1",
    allow_origin: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ORIGIN", help="A site whose pages may ask too, as https://example.org; may be repeated."
        ),
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Answer other programs over HTTP: they send pictures, and get what the run says of them."""
    from tlcore.api import hosts, server, token

    with told(as_json):
        workspace = workspace_of(home)
        found = find_run(workspace, run)
        is_for_others = host not in hosts.LOOPBACK
        app = server.application(workspace, found, is_for_others=is_for_others, origins=allow_origin or ())
        secret = token.obtain(workspace)
        listening = server.opened(host, port)
    address = server.address_of(listening)
    if is_for_others:
        console.warn(
            "Other computers can reach this server. It answers only who has the token, but nothing is "
            "encrypted: outside a network that you trust, put a proxy with TLS in front of it."
        )
    if as_json:
        console.print_json({"address": address, "token": secret, "run": found.id, "name": found.name})
    else:
        _tell(f"{found.name} answers at {address}/api/predict; {address}/api/docs says how to ask.")
        _tell(f"Token: {secret}")
    with listening:
        try:
            server.serve(app, listening)
        except KeyboardInterrupt:
            raise typer.Exit(0) from None


def show_token(
    new: Annotated[
        bool, typer.Option("--new", help="Make another one; the old one is of no use then.")
    ] = False,
    home: Home = None,
) -> None:
    """Show the token with which programs ask a server of this workspace."""
    from tlcore.api import token

    with told():
        workspace = workspace_of(home)
        _tell(token.renew(workspace) if new else token.obtain(workspace))


def _tell(sentence: str) -> None:
    console.out.print(sentence, soft_wrap=True, highlight=False, markup=False)
