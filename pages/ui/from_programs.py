"""How other programs ask this server, on the Export page."""

import streamlit as st

from pages.ui import api_route, state
from pages.ui.messages import keep_view, shown
from tlcore.api import examples, token
from tlcore.runs import Run
from tlcore.words import mark, tr

_FOLDER, _SHELL = mark("Python, a folder"), mark("Shell")
_WAYS = ("Python", _FOLDER, _SHELL)


def show(run: Run) -> None:
    panel = st.expander(
        tr("Use it from a program"), icon=":material/api:", key="from_programs", on_change=keep_view
    )
    if not panel.open:
        return
    with panel, shown():
        address, secret = api_route.address(), token.obtain(state.workspace())
        st.markdown(
            tr(
                "As long as Thaw runs, other programs can send it pictures and get classes and "
                "probabilities; `thaw serve {id}` does the same without the pages. [How to "
                "ask]({address}/api/docs)",
                id=run.id,
                address=address,
            )
        )
        st.caption(
            tr("The token shows that a program may ask. Keep it to yourself; thaw token --new makes another.")
        )
        st.code(secret, language=None, wrap_lines=True)
        way = st.segmented_control(
            tr("Example"),
            _WAYS,
            format_func=tr,
            default=_WAYS[0],
            required=True,
            key="asked_from",
        )
        if way == _SHELL:
            st.code(examples.curl(address, secret, run.id), language="bash", wrap_lines=True)
        elif way == _FOLDER:
            st.code(examples.python_several(address, secret, run.id), language="python", wrap_lines=True)
        else:
            st.code(examples.python(address, secret, run.id), language="python", wrap_lines=True)
