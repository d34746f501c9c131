"""Finished runs for other programs, over HTTP: pictures in, what the run says of them out.

The same routes stand in the app, for every run (``pages.ui.api_route``), and in ``thaw serve RUN``, for one.
"""
