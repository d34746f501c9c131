"""Mutual TLS on loopback: who holds the engine's key may talk to it, nobody else."""

from pathlib import Path
from typing import Any

from tlcore.workspace import Workspace, write_atomic


def create(workspace: Workspace) -> Any:
    """Make a new certificate and key in the engine's folder; those of an earlier engine open nothing now."""
    from distributed.security import Security

    made = Security.temporary()
    # write_atomic creates files that only their owner can read.
    write_atomic(_certificate(workspace), made.tls_ca_file.encode())
    write_atomic(_key(workspace), made.tls_client_key.encode())
    return load(workspace)


def load(workspace: Workspace) -> Any:
    """The ``distributed.security.Security`` of the workspace's engine, for each side of a connection."""
    from distributed.security import Security

    # Paths, not texts: a text would be written to a temporary file whenever a connection is prepared.
    certificate, key = str(_certificate(workspace)), str(_key(workspace))
    roles = ("client", "scheduler", "worker")
    return Security(
        require_encryption=True,
        tls_ca_file=certificate,
        **{f"tls_{role}_cert": certificate for role in roles},
        **{f"tls_{role}_key": key for role in roles},
    )


def _certificate(workspace: Workspace) -> Path:
    return workspace.engine / "certificate.pem"


def _key(workspace: Workspace) -> Path:
    return workspace.engine / "key.pem"
