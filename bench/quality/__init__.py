"""How good the default recipe is: against others of the same cost, and the plain ones of the tutorials.

``python -m bench.quality``, in a checkout; ``README.md`` in the folder above says what is measured.
"""
