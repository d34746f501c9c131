"""The command line: the same core without a browser.

What is meant for machines (``--json``) and the answer itself go to stdout; progress and complaints to stderr.
"""

from tlcore.cli.app import main

__all__ = ["main"]
