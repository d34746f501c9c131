"""Thaw measured against the plain Keras program of the tutorials and against an expert's script.

``run.run`` measures, each measurement in a process of its own; ``tables``, ``markdown`` and ``figure`` show
what came of it. ``thaw``, ``plain``, ``expert`` and ``extraction`` are the programs of those processes.
Importing this package costs no TensorFlow.
"""
