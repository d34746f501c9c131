"""Who sits at the browser: people take turns in the queue, and each may have so many jobs in it."""

import hashlib
import itertools

import streamlit as st

# Streamlit gives each browser one, for its protection against forged requests; all tabs share it.
_COOKIE = "_streamlit_xsrf"


def name() -> str:
    """The account of somebody who is logged in, else a name for the browser; "" where neither is known."""
    account = st.user.get("email") if st.user.get("is_logged_in") else None
    if account:
        return str(account)
    cookie = st.context.cookies.get(_COOKIE)
    return f"browser {hashlib.sha256(_unmasked(str(cookie))).hexdigest()[:8]}" if cookie else ""


def _unmasked(cookie: str) -> bytes:
    """What stays the same of the cookie, which is masked anew each time a page is loaded.

    It has the form of Tornado's second version: ``2|mask|masked|time``, in hex.
    """
    try:
        version, mask, masked, _ = cookie.split("|")
        if version == "2" and mask:
            key = itertools.cycle(bytes.fromhex(mask))
            return bytes(one ^ other for one, other in zip(bytes.fromhex(masked), key, strict=False))
    except ValueError:
        pass  # Of another form: it is taken as it is.
    return cookie.encode()
