"""mlx-lm (PyPI): the two halves of `mlx_lm.load`, the download into the hub's cache and the load of what lies there.

A load is a process of its own, as there is damage that ends the process. mlx-lm has no word for what is wrong: a load that
fails is one finding, with its last words.
"""

import glob
import os
import subprocess
import sys
from importlib.metadata import version

from serve_adapter import Skipped, serve


def download(root, request):
    # Both packages read their settings once, when they are imported.
    if not any(os.environ.get(name) for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME")):
        os.environ["HF_HUB_CACHE"] = root
    os.environ.update(HF_HUB_DISABLE_XET="1", HF_HUB_DISABLE_PROGRESS_BARS="1")
    os.environ.update(HF_HUB_DISABLE_TELEMETRY="1", DO_NOT_TRACK="1")
    for name in ("HF_HUB_DOWNLOAD_TIMEOUT", "HF_HUB_ETAG_TIMEOUT"):
        os.environ.setdefault(name, "3")
    from mlx_lm.utils import _download

    return str(_download(request["repository"], revision=request.get("revision")))


LOAD = """
import sys
from pathlib import Path
from mlx_lm.utils import load_model, load_tokenizer
load_model(Path(sys.argv[1]))
load_tokenizer(Path(sys.argv[1]), {"trust_remote_code": False})
"""


def check(root, request):
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        repository, revision = request["repository"], request.get("revision")
        directory = snapshot_download(repository, revision=revision, cache_dir=root, local_files_only=True)
    except LocalEntryNotFoundError as error:
        raise Skipped("mlx-lm loads from the hub's cache what was downloaded into it") from error
    load = subprocess.run([sys.executable, "-c", LOAD, directory], capture_output=True, text=True, timeout=25)
    words = (load.stderr.strip().splitlines() or [f"it ended with {load.returncode}"])[-1]
    finding = {"cause": "unreadable", "path": ".", "level": "error", "detail": words}
    loadable = load.returncode == 0
    # As `load_model` looks for them.
    weights = sorted(os.path.basename(path) for path in glob.glob(os.path.join(directory, "model*.safetensors")))
    return {
        "directory": directory,
        "loadable": loadable,
        "findings": [] if loadable else [finding],
        "weightFiles": weights,
    }


def kind_of(error):
    from hub_python import kind_of as kind_of_hub

    return kind_of_hub(error)


HELLO = {
    "name": "mlx-lm",
    "version": f"{version('mlx-lm')}+huggingface_hub.{version('huggingface_hub')}",
    "roles": ["downloader", "loader"],
    "capabilities": ["revision", "gives-up"],
    "layouts": ["hf-cache"],
    "profiles": ["core", "offline", "environment", "interop"],
}

serve(HELLO, {"download": lambda *call: {"directory": download(*call)}, "check": check}, kind_of)
