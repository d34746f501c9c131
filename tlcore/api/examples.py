"""How programs ask, to be copied: shown on the Export page and on the page of the API."""

from string import Template

_CURL = Template("""\
# One picture.
curl -H 'Authorization: Bearer $token' \\
    --data-binary '@$picture' '$address/api/predict$query'
# Several.
curl -H 'Authorization: Bearer $token' \\
    -F 'pictures=@$picture' -F 'pictures=@$picture' '$address/api/predict$query'
""")

_PYTHON = Template("""\
import json
import urllib.request
from pathlib import Path

request = urllib.request.Request(
    "$address/api/predict$query",
    data=Path("$picture").read_bytes(),
    headers={
        "Authorization": "Bearer $token",
        "Content-Type": "application/octet-stream",
    },
)
with urllib.request.urlopen(request) as answer:
    found = json.load(answer)["predictions"][0]
print(found["label"], found["probability"])
""")

_PYTHON_SEVERAL = Template("""\
from pathlib import Path

import requests

files = sorted(Path("$folder").iterdir())[:50]
answer = requests.post(
    "$address/api/predict$query",
    files=[("pictures", (file.name, file.read_bytes())) for file in files],
    headers={"Authorization": "Bearer $token"},
    timeout=120,
)
for found in answer.json()["predictions"]:
    print(found["file"], found.get("label") or found["error"])
""")


def curl(address: str, token: str, run: str = "", picture: str = "picture.jpg") -> str:
    """For a shell. ``run``: its id, for a server that answers for several."""
    return _CURL.substitute(address=address, token=token, query=_query(run), picture=picture)


def python(address: str, token: str, run: str = "", picture: str = "picture.jpg") -> str:
    """With Python's own library."""
    return _PYTHON.substitute(address=address, token=token, query=_query(run), picture=picture)


def python_several(address: str, token: str, run: str = "", folder: str = "pictures") -> str:
    """A folder's pictures in one request, with the library ``requests``."""
    return _PYTHON_SEVERAL.substitute(address=address, token=token, query=_query(run), folder=folder)


def _query(run: str) -> str:
    return f"?run={run}" if run else ""
