"""Under which path this server stands, where a proxy gives it one: our routes lie below it."""

import streamlit as st


def below(path: str) -> str:
    """A path of ours as a browser asks for it; of the empty one, where the server stands."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}{path}" if base else path
