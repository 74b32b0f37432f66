"""huggingface_hub (PyPI): `snapshot_download` into the cache, or into a directory with `--local-dir`.

Xet is switched off, as the simulated hub has none. Its own time limits are set to seconds, so that silence shows.
"""

import os
import sys

os.environ.update(
    HF_HUB_DISABLE_XET="1",
    HF_HUB_DISABLE_TELEMETRY="1",
    HF_HUB_DISABLE_PROGRESS_BARS="1",
)
# Short, so that silence costs little; a case that is about them sets its own.
for name in ("HF_HUB_DOWNLOAD_TIMEOUT", "HF_HUB_ETAG_TIMEOUT"):
    os.environ.setdefault(name, "3")
import huggingface_hub  # noqa: E402
from errno_kinds import ERRNO_KINDS  # noqa: E402
from serve_adapter import serve  # noqa: E402

LOCAL = "--local-dir" in sys.argv
KINDS = [
    ("GatedRepoError", "gated"),
    ("RepositoryNotFoundError", "repository-not-found"),
    ("RevisionNotFoundError", "revision-not-found"),
    ("RemoteEntryNotFoundError", "file-not-found"),
    ("OfflineModeIsEnabled", "offline"),
    ("LocalEntryNotFoundError", "offline"),
    ("HFValidationError", "invalid-argument"),
]
STATUSES = {401: "unauthorized", 403: "gated", 404: "repository-not-found", 429: "rate-limited"}


def kind_of(error):
    # What could not be had falls back to what is there; the cause says why it could not.
    if type(error).__name__ == "LocalEntryNotFoundError" and error.__cause__ is not None:
        return kind_of(error.__cause__)
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
    if isinstance(error, OSError) and error.errno in ERRNO_KINDS:
        return ERRNO_KINDS[error.errno]
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
    elif not any(os.environ.get(name) for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME")):
        # Where the environment names a cache, it is the client's to find it.
        options["cache_dir"] = root
    return huggingface_hub.snapshot_download(request["repository"], **options)


HELLO = {
    "name": "huggingface_hub" + ("-local-dir" if LOCAL else ""),
    "version": huggingface_hub.__version__,
    "roles": ["downloader"],
    "capabilities": ["patterns", "revision", "token", "offline", "endpoint", "gives-up"],
    "layouts": ["hubapi" if LOCAL else "hf-cache"],
    "profiles": ["core", "offline", "environment"] + ([] if LOCAL else ["interop"]),
}


if __name__ == "__main__":
    serve(HELLO, {"download": lambda *call: {"directory": download(*call)}}, kind_of)
