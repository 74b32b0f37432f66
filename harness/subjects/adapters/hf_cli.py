"""The command `hf` (PyPI huggingface_hub, 0.34 and later): `hf download` into the hub's cache, a process for each download.

A command has no word for the kind of a failure but what it prints, so the adapter reads the name of the error there.
"""

import os
import subprocess
import sys
from importlib.metadata import version

from serve_adapter import serve

os.environ.update(HF_HUB_DISABLE_XET="1", HF_HUB_DISABLE_TELEMETRY="1", HF_HUB_DISABLE_PROGRESS_BARS="1")
# Short, so that silence costs little; a case that is about them sets its own.
for name in ("HF_HUB_DOWNLOAD_TIMEOUT", "HF_HUB_ETAG_TIMEOUT"):
    os.environ.setdefault(name, "3")
# By its interpreter: the first line of the script names the place where it was installed, which it may have left since.
HF = [sys.executable, os.path.join(os.path.dirname(sys.executable), "hf")]
KINDS = [
    ("GatedRepo", "gated"),
    ("Repository Not Found", "repository-not-found"),
    ("RepositoryNotFound", "repository-not-found"),
    ("Revision Not Found", "revision-not-found"),
    ("RevisionNotFound", "revision-not-found"),
    ("EntryNotFound", "file-not-found"),
    ("OfflineMode", "offline"),
    ("Consistency check failed", "integrity"),
    ("No space left", "disk-full"),
    ("File too large", "disk-full"),
    ("Permission denied", "access-denied"),
    ("Read-only file system", "access-denied"),
    ("401", "unauthorized"),
    ("429", "rate-limited"),
    ("Server error", "hub-unavailable"),
    ("imeout", "timeout"),
    ("onnect", "network"),
]


class Failed(Exception):
    """What the command printed last."""


def kind_of(error):
    return next((kind for words, kind in KINDS if words in str(error)), "internal")


def download(root, request):
    words = [*HF, "download", request["repository"], "--quiet"]
    for name in ("revision", "token"):
        if request.get(name):
            words += [f"--{name}", request[name]]
    for name in ("include", "exclude"):
        for pattern in request.get(name) or []:
            words += [f"--{name}", pattern]
    if not any(os.environ.get(name) for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME")):
        # Where the environment names a cache, it is the client's to find it.
        words += ["--cache-dir", root]
    done = subprocess.run(words, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise Failed("\n".join((done.stderr.strip() or done.stdout.strip()).splitlines()[-3:]))
    return done.stdout.strip().splitlines()[-1]


HELLO = {
    "name": "hf",
    "version": version("huggingface_hub"),
    "roles": ["downloader"],
    "capabilities": ["patterns", "revision", "token", "gives-up"],
    "layouts": ["hf-cache"],
    "profiles": ["core", "offline", "environment", "interop"],
}

serve(HELLO, {"download": lambda *call: {"directory": download(*call)}}, kind_of)
