"""huggingface_hub (PyPI): `snapshot_download` into the cache, or into a directory with `--local-dir`.

Xet is switched off, as the court's hub has none. Its own time limits are set to seconds, so that silence shows.
"""

import json
import os
import sys
import threading

os.environ.update(
    HF_HUB_DISABLE_XET="1",
    HF_HUB_DISABLE_TELEMETRY="1",
    HF_HUB_DISABLE_PROGRESS_BARS="1",
    HF_HUB_DOWNLOAD_TIMEOUT="3",
    HF_HUB_ETAG_TIMEOUT="3",
)
import huggingface_hub  # noqa: E402
from huggingface_hub import errors  # noqa: E402

LOCAL = "--local-dir" in sys.argv
OUT = threading.Lock()
KINDS = [
    ("GatedRepoError", "gated"),
    ("RepositoryNotFoundError", "repository-not-found"),
    ("RevisionNotFoundError", "revision-not-found"),
    ("RemoteEntryNotFoundError", "file-not-found"),
    ("OfflineModeIsEnabled", "offline"),
    ("LocalEntryNotFoundError", "offline"),
    ("HFValidationError", "invalid-argument"),
]
CACHE_NAMES = ["HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME"]
STATUSES = {401: "unauthorized", 403: "gated", 404: "repository-not-found", 429: "rate-limited"}


def write(message):
    with OUT:
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()


def kind_of(error):
    names = [cls.__name__ for cls in type(error).__mro__]
    status = getattr(getattr(error, "response", None), "status_code", None)
    for name, kind in KINDS:
        if name in names:
            return kind
    if status is not None:
        return "hub-unavailable" if status >= 500 else STATUSES.get(status, "network")
    if "Consistency check failed" in str(error):
        return "integrity"
    if isinstance(error, ValueError) and "filename" in str(error):
        return "unsafe-path"
    if isinstance(error, OSError) and error.errno == 28:
        return "disk-full"
    if isinstance(error, PermissionError):
        return "access-denied"
    if isinstance(error, TimeoutError) or "Timeout" in names[0]:
        return "timeout"
    if isinstance(error, OSError) or any("Error" in n and "Http" not in n for n in names[:1]) and "httpx" in type(error).__module__:
        return "network"
    return "internal"


def download(root, request):
    options = {"revision": request.get("revision"), "token": request.get("token")}
    if request.get("include"):
        options["allow_patterns"] = request["include"]
    if request.get("exclude"):
        options["ignore_patterns"] = request["exclude"]
    if request.get("endpoint"):
        options["endpoint"] = request["endpoint"]
    if request.get("offline"):
        options["local_files_only"] = True
    if LOCAL:
        options["local_dir"] = os.path.join(root, "models", *request["repository"].split("/"))
        options["cache_dir"] = os.path.join(os.environ["HOME"], "hub")
    elif not any(os.environ.get(name) for name in CACHE_NAMES):
        # Where the environment names the cache, it is the client that has to find it.
        options["cache_dir"] = root
    return huggingface_hub.snapshot_download(request["repository"], **options)


def run(message):
    try:
        ok = {"directory": download(message["root"], message["request"])}
        write({"type": "result", "id": message["id"], "ok": ok})
    except Exception as error:  # noqa: BLE001
        failure = {"kind": kind_of(error), "message": str(error), "native": type(error).__name__}
        write({"type": "result", "id": message["id"], "error": failure})


def main():
    for line in sys.stdin:
        message = json.loads(line)
        if message["type"] == "hello":
            write(
                {
                    "type": "hello",
                    "id": 0,
                    "protocol": 1,
                    "name": "huggingface_hub" + ("-local-dir" if LOCAL else ""),
                    "version": huggingface_hub.__version__,
                    "roles": ["downloader"],
                    "operations": ["download"],
                    "capabilities": ["patterns", "revision", "token", "offline", "endpoint"],
                    "layouts": ["hubapi" if LOCAL else "hf-cache"],
                    "profiles": ["core", "offline"],
                }
            )
        elif message["type"] == "operation":
            threading.Thread(target=run, args=(message,)).start()


if __name__ == "__main__":
    main()
