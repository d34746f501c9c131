"""Mutual TLS: who holds the engine's key may talk to it, nobody else."""

from pathlib import Path
from typing import Any

from tlcore.workspace import Workspace, write_atomic

CERTIFICATE, KEY = FILES = ("certificate.pem", "key.pem")
"""Names in the folder of an engine. Both sides show the same certificate."""

AUTHORITY = "ca.pem"
"""Who has signed the certificate, where it has not signed itself."""


def create(workspace: Workspace) -> Any:
    """Make a new certificate and key in the engine's folder; those of an earlier engine open nothing now."""
    from distributed.security import Security

    made = Security.temporary()
    # write_atomic creates files that only their owner can read.
    write_atomic(workspace.engine / CERTIFICATE, made.tls_ca_file.encode())
    write_atomic(workspace.engine / KEY, made.tls_client_key.encode())
    return load(workspace.engine)


def load(folder: Path) -> Any:
    """The ``distributed.security.Security`` that lies in a folder, for each side of a connection."""
    from distributed.security import Security

    # Paths, not texts: a text would be written to a temporary file whenever a connection is prepared.
    certificate, key = str(folder / CERTIFICATE), str(folder / KEY)
    roles = ("client", "scheduler", "worker")
    authority = folder / AUTHORITY
    return Security(
        require_encryption=True,
        tls_ca_file=str(authority) if authority.is_file() else certificate,
        **{f"tls_{role}_cert": certificate for role in roles},
        **{f"tls_{role}_key": key for role in roles},
    )
