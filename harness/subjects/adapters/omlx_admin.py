"""oMLX, from its public repository at a commit: the downloader of its admin page, `HFDownloader`, without the server around it.

It downloads with huggingface_hub into `owner/model` below its directory of models, as layout `hubapi` has them. The package of the admin
page brings the server and MLX, so the one module is loaded by itself. A task that failed has its reason as a text for people; the
adapter keeps the error that the library ended with, whose kind is known.
"""

import asyncio
import os
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

from hub_python import kind_of as kind_of_hub
from serve_adapter import operation, serve

SOURCE = Path(os.environ["SUBJECT_DIRECTORY"], "source")
sys.path.append(str(SOURCE))
admin = ModuleType("omlx.admin")
admin.__path__ = [str(SOURCE / "omlx" / "admin")]
sys.modules["omlx.admin"] = admin
omlx = import_module("omlx")
hf_downloader = import_module("omlx.admin.hf_downloader")

tasks = {}


class Failed(Exception):
    """A task that failed, with what it tells people."""


class Cancelled(Exception):
    """It was stopped."""


def kind_of(error):
    if isinstance(error, Cancelled):
        return "cancelled"
    if isinstance(error, Failed):
        return "internal" if error.__cause__ is None else kind_of_hub(error.__cause__)
    # It refuses a name that is not of two parts.
    return "invalid-argument" if isinstance(error, ValueError) else kind_of_hub(error)


def remembering(act, seen):
    def call(*args, **options):
        try:
            return act(*args, **options)
        except Exception as error:
            seen.append(error)
            raise

    return call


snapshot_download = hf_downloader.snapshot_download


async def run(id, root, request):
    seen = []
    hf_downloader.snapshot_download = remembering(snapshot_download, seen)
    downloader = hf_downloader.HFDownloader(os.path.join(root, "models"))
    task = await downloader.start_download(request["repository"], request.get("token") or "")
    tasks[id] = (asyncio.get_running_loop(), downloader, task.task_id)
    status = hf_downloader.DownloadStatus
    try:
        while task.status in (status.PENDING, status.DOWNLOADING):
            await asyncio.sleep(0.02)
    finally:
        del tasks[id]
    if task.status == status.CANCELLED:
        raise Cancelled("it was stopped")
    if task.status == status.FAILED:
        raise Failed(task.error) from (seen[-1] if seen else None)
    return str(downloader.model_dir / task.repo_id)


def download(root, request):
    return {"directory": asyncio.run(run(operation.id, root, request))}


def stop(id):
    """Cancels a task as its page does."""
    if id not in tasks:
        return False
    loop, downloader, task = tasks[id]
    asyncio.run_coroutine_threadsafe(downloader.cancel_download(task), loop)
    return True


HELLO = {
    "name": "omlx",
    "version": omlx.__version__,
    "roles": ["downloader"],
    "capabilities": ["token", "cancel"],
    "layouts": ["hubapi"],
    "profiles": ["core"],
}


if __name__ == "__main__":
    serve(HELLO, {"download": download}, kind_of, stop)
