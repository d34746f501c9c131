"""The command line: the same core without a browser.

What is meant for machines (``--json``) and the answer itself go to stdout; progress and complaints to stderr.
"""

import sys


def main() -> None:
    """The entry point of the command ``thaw``."""
    # Importing what all other commands need would take longer than all else it takes to open the app.
    if sys.argv[1:2] in ([], ["app"], ["--version"]):
        from tlcore.cli.opening import app
    else:
        from tlcore.cli.app import app
    app()
