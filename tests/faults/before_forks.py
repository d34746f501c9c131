"""Imported last by the process that others are forked from: what it holds is no garbage in any of them.

Else each of them would look through it, and so copy it: docs.python.org/3/library/gc.html#gc.freeze.
"""

import gc

gc.collect()
gc.freeze()
