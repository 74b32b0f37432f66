"""exo, from its public repository at a commit: the downloader of its nodes, `ResumableShardDownloader`, without a node around it.

exo keeps a model in `org--name`, below a directory of models that it takes from the environment. Where it makes such a directory, the
adapter makes a link of that name to the place of layout `hubapi`. The hub is in the environment too, and always asked for `main`.
It reads a directory of model cards and one of a web page when it starts, and a download needs neither.

Its pauses and limits are timers of asyncio, up to minutes long, so its event loop runs fast.
"""

import asyncio
import importlib.metadata
import os
import re
import selectors
import sys
import tomllib
from pathlib import Path

if sys.version_info < (3, 13):
    sys.exit("exo asks for Python 3.13")
SOURCE = Path(os.environ["SUBJECT_DIRECTORY"], "source")
sys.path.append(str(SOURCE / "src"))
VERSION = tomllib.loads((SOURCE / "pyproject.toml").read_text())["project"]["version"]
HOME = os.environ["HOME"]
os.environ.update(EXO_RESOURCES_DIR=HOME, EXO_DASHBOARD_DIR=HOME, HF_HUB_DISABLE_TELEMETRY="1")
from loguru import logger  # noqa: E402

from errno_kinds import ERRNO_KINDS  # noqa: E402
from serve_adapter import Skipped, operation, report, serve  # noqa: E402

# exo reads its version from an installed package, and it lies here as source.
installed_version = importlib.metadata.version
importlib.metadata.version = lambda name: VERSION if name == "exo" else installed_version(name)

SPEED = 10
KINDS = {
    "HuggingFaceRateLimitError": "rate-limited",
    "InsufficientDiskSpaceError": "disk-full",
    "ValidationError": "not-a-hub",
    "SSLCertVerificationError": "certificate",
}
# What it raises without a class of its own.
WORDS = [
    ("Access denied", "gated"),
    ("authentication", "unauthorized"),
    ("Authentication", "unauthorized"),
    ("but remote hash is", "integrity"),
    ("offline mode", "offline"),
    ("No internet", "offline"),
    ("File not found", "file-not-found"),
]
STATUSES = {401: "unauthorized", 403: "gated", 404: "repository-not-found", 429: "rate-limited", 451: "withheld"}
tasks = {}


class FastSelector(selectors.DefaultSelector):
    def select(self, timeout=None):
        return super().select(timeout and timeout / SPEED)


class FastLoop(asyncio.SelectorEventLoop):
    def __init__(self):
        super().__init__(FastSelector())

    def time(self):
        return super().time() * SPEED


class Cancelled(Exception):
    """It was stopped."""


class Unfinished(Exception):
    """It ended as if all were well, and never said that the model is complete. Why, it tells its log alone."""


def kind_of(error):
    if isinstance(error, Cancelled):
        return "cancelled"
    # What it says of a listing that it could not have, and what it said in its log alone.
    if isinstance(error, (FileNotFoundError, Unfinished)) and error.__cause__ is not None:
        return kind_of(error.__cause__)
    names = [cls.__name__ for cls in type(error).__mro__]
    text = str(error)
    status = re.search(r": (\d{3})$", text)
    for name, kind in KINDS.items():
        if name in names:
            return kind
    if isinstance(error, OSError) and error.errno in ERRNO_KINDS:
        return ERRNO_KINDS[error.errno]
    for words, kind in WORDS:
        if words in text:
            return kind
    if status is not None:
        code = int(status[1])
        return "hub-unavailable" if code >= 500 else STATUSES.get(code, "network")
    if isinstance(error, TimeoutError):
        return "timeout"
    return "network" if isinstance(error, ConnectionError) or "ClientError" in names else "internal"


def shard_of(repository):
    """What exo makes of a repository that it has no card for, where a download needs no more."""
    from exo.shared.models.model_cards import ModelCard, ModelTask
    from exo.shared.types.backends import Backend
    from exo.shared.types.common import ModelId
    from exo.shared.types.memory import Memory
    from exo.shared.types.worker.shards import PipelineShardMetadata

    card = ModelCard(
        model_id=ModelId(repository),
        storage_size=Memory.from_bytes(0),
        n_layers=1,
        hidden_size=1,
        supports_tensor=False,
        tasks=[ModelTask.TextGeneration],
        backends=list(Backend),
    )
    return PipelineShardMetadata(model_card=card, device_rank=0, world_size=1, start_layer=0, end_layer=1, n_layers=1)


def placed(select, root):
    """exo's choice of a directory, in which its own name for a model leads to the place of the model."""

    async def select_and_place(model_id, *others):
        models = await select(model_id, *others)
        own, place = models / model_id.normalize(), Path(root, "models", *model_id.split("/"))
        place.mkdir(parents=True, exist_ok=True)
        if not own.is_symlink():
            own.symlink_to(os.path.relpath(place, models), target_is_directory=True)
        return models

    return select_and_place


async def ensure(id, downloader, shard):
    tasks[id] = (asyncio.get_running_loop(), asyncio.current_task())
    said, logged = [], [None]

    def read(message):
        if message.record["exception"] is not None:
            logged.append(message.record["exception"].value)

    async def listen(_, progress):
        said.append(progress.status)
        report(progress.downloaded.in_bytes, progress.total.in_bytes)

    downloader.on_progress(listen)
    sink = logger.add(read, level="WARNING")
    try:
        await downloader.ensure_shard(shard)
        # What it has still to say.
        await asyncio.sleep(1)
    finally:
        logger.remove(sink)
        del tasks[id]
    if "complete" not in said:
        raise Unfinished("it ended without a word that the model is complete") from logged[-1]


def download(root, request):
    models = os.path.join(root, "exo")
    if os.environ.setdefault("EXO_DEFAULT_MODELS_DIR", models) != models:
        raise Skipped("a process of exo has one directory of models")
    from exo.download import download_utils
    from exo.download.impl_shard_downloader import ResumableShardDownloader

    select = download_utils.select_download_dir_for_shard
    if select.__name__ != "select_and_place":
        download_utils.select_download_dir_for_shard = placed(select, root)
    shard = shard_of(request["repository"])
    downloader = ResumableShardDownloader(offline=request.get("offline", False))
    try:
        with asyncio.Runner(loop_factory=FastLoop) as runner:
            runner.run(ensure(operation.id, downloader, shard))
    except asyncio.CancelledError as error:
        raise Cancelled("it was stopped") from error
    # What it returns is a file where the repository has one of GGUF.
    return {"directory": os.path.join(root, "models", *request["repository"].split("/"))}


def stop(id):
    """Cancels a download as a node does."""
    if id not in tasks:
        return False
    loop, task = tasks[id]
    loop.call_soon_threadsafe(task.cancel)
    return True


HELLO = {
    "name": "exo",
    "version": VERSION,
    "roles": ["downloader"],
    "capabilities": ["cancel", "progress", "offline"],
    "layouts": ["hubapi"],
    "profiles": ["core", "offline"],
    "clockSpeed": SPEED,
}


if __name__ == "__main__":
    serve(HELLO, {"download": download}, kind_of, stop)
