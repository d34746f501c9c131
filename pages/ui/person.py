"""Who sits at the browser: people take turns in the queue, and each may have so many jobs in it."""

import hashlib

import streamlit as st

# Streamlit gives each browser one, for its protection against forged requests; all tabs share it.
_COOKIE = "_streamlit_xsrf"


def name() -> str:
    """The account of somebody who is logged in, else a name for the browser; "" where neither is known."""
    account = st.user.get("email") if st.user.get("is_logged_in") else None
    if account:
        return str(account)
    cookie = st.context.cookies.get(_COOKIE)
    return f"browser {hashlib.sha256(str(cookie).encode()).hexdigest()[:8]}" if cookie else ""
