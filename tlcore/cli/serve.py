"""Runs Streamlit on app.py, from a checkout or from an installed wheel."""

import os
import subprocess
import sys
from pathlib import Path

import tlcore
from tlcore.errors import WorkspaceError
from tlcore.workspace import Workspace


def app_folder() -> Path:
    """The folder of app.py and pages/: beside tlcore in a checkout, ``thaw_app`` in an installed wheel."""
    beside = Path(tlcore.__file__).resolve().parent.parent
    for folder in (beside / "thaw_app", beside):
        if (folder / "app.py").is_file() and (folder / "pages").is_dir():
            return folder
    raise WorkspaceError("The pages of Thaw are missing from this installation. Install thaw-studio again.")


def run(workspace: Workspace, *, port: int | None, browser: bool) -> int:
    """Serve the app until it is ended; returns Streamlit's exit status."""
    workspace.check_writable()
    folder = app_folder()
    command = [sys.executable, "-m", "streamlit", "run", str(folder / "app.py")]
    if port is not None:
        command += ["--server.port", str(port)]
    if not browser:
        command += ["--server.headless", "true"]
    environment = os.environ | {"THAW_HOME": str(workspace.home)}
    # In its own folder, so that Streamlit reads the settings beside app.py.
    os.chdir(folder)
    if os.name == "posix":
        # The server takes this process's place, so that whoever ends `thaw` ends the server.
        os.execve(sys.executable, command, environment)
    try:
        return subprocess.run(command, check=False, env=environment).returncode
    except KeyboardInterrupt:
        return 0
