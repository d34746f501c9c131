"""The launcher. It lies beside pages/ but is not the main script, so that st.navigation always rules.

Streamlit globs a ``pages/`` folder beside the main script and would run its pages without this shell on a
cold deep link. Served, the main script is therefore pages/main.py; outside a server (AppTest) it is run here.
"""

import runpy
import sys
from pathlib import Path

import streamlit as st
from streamlit.runtime import exists as runtime_exists

FOLDER = Path(__file__).resolve().parent
MAIN = FOLDER / "pages" / "main.py"

# `from pages.ui import state` holds in a checkout and in an installed wheel alike.
if str(FOLDER) not in sys.path:
    sys.path.insert(0, str(FOLDER))

from pages.ui import api_route, download_route, live_route, picture_route, upload_route  # noqa: E402

ROUTES = (upload_route, download_route, api_route, live_route, picture_route)
app = st.App(MAIN, routes=[route for module in ROUTES for route in module.routes()])

# In a server this file is imported before there is a runtime; AppTest runs it as the main script.
if runtime_exists():
    runpy.run_path(str(MAIN), run_name="__main__")
