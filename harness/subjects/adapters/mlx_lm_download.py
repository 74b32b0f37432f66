"""mlx-lm (PyPI): the download that `mlx_lm.load` begins with, into the hub's cache."""

import json
import os
import sys
import threading
from importlib.metadata import version

OUT = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
LOCK = threading.Lock()


def write(message):
    with LOCK:
        OUT.write(json.dumps(message) + "\n")
        OUT.flush()


def download(root, request):
    # Both packages read their settings once, when they are imported.
    os.environ.update(HF_HUB_CACHE=root, HF_HUB_DISABLE_XET="1", HF_HUB_DISABLE_PROGRESS_BARS="1")
    os.environ.update(HF_HUB_DISABLE_TELEMETRY="1", DO_NOT_TRACK="1")
    os.environ.update(HF_HUB_DOWNLOAD_TIMEOUT="3", HF_HUB_ETAG_TIMEOUT="3")
    from mlx_lm.utils import _download

    return str(_download(request["repository"], revision=request.get("revision")))


def kind_of(error):
    from hub_python import kind_of as kind_of_hub

    return kind_of_hub(error)


def run(message):
    try:
        ok = {"directory": download(message["root"], message["request"])}
        write({"type": "result", "id": message["id"], "ok": ok})
    except Exception as error:  # noqa: BLE001
        failure = {"kind": kind_of(error), "message": str(error), "native": type(error).__name__}
        write({"type": "result", "id": message["id"], "error": failure})


for line in sys.stdin:
    message = json.loads(line)
    if message["type"] == "hello":
        write(
            {
                "type": "hello",
                "id": 0,
                "protocol": 1,
                "name": "mlx-lm",
                "version": f"{version('mlx-lm')}+huggingface_hub.{version('huggingface_hub')}",
                "roles": ["downloader"],
                "operations": ["download"],
                "capabilities": ["revision"],
                "layouts": ["hf-cache"],
                "profiles": ["core", "offline"],
            }
        )
    elif message["type"] == "operation":
        threading.Thread(target=run, args=(message,)).start()
