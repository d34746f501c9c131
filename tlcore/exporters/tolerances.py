"""How far formats may be from the run."""

from tlcore.exporters.exporter import Tolerance

EXACT = Tolerance(difference=1e-4, agreement=0.9)
"""Formats in float32. They differ by the order in which numbers are added: measured 1e-6 to 1e-5, while a
graph that is converted wrongly (padding, statistics of a batch) is off by 5e-3 and more. Classes differ then
only where two are equally likely, and the run itself might have said the other."""
