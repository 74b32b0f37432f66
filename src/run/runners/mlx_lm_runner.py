"""The runner protocol, version 1, over mlx-lm: JSON Lines on stdin and stdout.

Run it with a Python that has mlx and mlx-lm. It opens nothing but what mlx-lm opens, and runs no
code of a model's directory, unless the request to load it trusts that code.
"""

import collections
import glob
import importlib.metadata
import inspect
import json
import os
import queue
import sys
import tempfile
import threading
from pathlib import Path

# Libraries print to stdout; the protocol has a pipe of its own, and theirs becomes stderr.
protocol = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)

requests = queue.Queue()
cancelled = set()
finish = threading.Event()


def say(**message):
    protocol.write(json.dumps(message, allow_nan=False) + "\n")
    protocol.flush()


class Cancelled(Exception):
    pass


def check_cancel(id):
    if finish.is_set() or id in cancelled:
        raise Cancelled("it was cancelled")


def read_requests():
    for line in sys.stdin:
        request = json.loads(line)
        if request["op"] == "cancel":
            cancelled.add(request["of"])
        else:
            requests.put(request)
    finish.set()
    requests.put(None)
    # What cannot be interrupted, such as loading, must not outlive whoever asked for it.
    timer = threading.Timer(2, os._exit, (0,))
    timer.daemon = True
    timer.start()


class Runner:
    def __init__(self):
        self.model = self.tokenizer = None

    def load(self, id, directory, trustModelCode=False):
        from mlx.utils import tree_flatten
        from mlx_lm.utils import get_total_parameters, load_model, load_tokenizer

        self.unload()
        with reachable(directory) as path:
            # Up to 0.31 mlx-lm runs the code that model_file names without asking.
            with open(path / "config.json", encoding="utf-8") as file:
                code = json.load(file).get("model_file")
            if code is not None and not trustModelCode:
                raise PermissionError("its model_file names code in the directory, which is not trusted")
            asks = "trust_remote_code" in inspect.signature(load_model).parameters
            self.model, config = load_model(path, **({"trust_remote_code": trustModelCode} if asks else {}))
            # Without a word transformers would ask on stdin whether code of the model may run.
            self.tokenizer = load_tokenizer(
                path, {"trust_remote_code": False}, eos_token_ids=config.get("eos_token_id")
            )
        return {
            "event": "loaded",
            "architecture": str(config["model_type"]),
            "parameterCount": int(get_total_parameters(self.model)),
            "tensorCount": len(tree_flatten(self.model.parameters())),
            "quantization": describe(config.get("quantization")),
            "vocabularySize": int(config.get("vocab_size") or len(self.tokenizer)),
        }

    def unload(self):
        import mlx.core as mx

        self.model = self.tokenizer = None
        mx.clear_cache()

    def generate(self, id, maxTokens, prompt=None, promptIds=None, chat=False, topLogits=0, stopAtEnd=False):
        import mlx.core as mx
        from mlx_lm.generate import generate_step

        if self.model is None:
            raise ValueError("no model is loaded")
        ids = promptIds if promptIds is not None else self.encode(prompt, chat)
        ends = set(self.tokenizer.eos_token_ids) if stopAtEnd else set()
        text = self.tokenizer.detokenizer
        text.reset()
        tokens, pieces, end = [], [], "limit"
        # generate_step gives logarithms of probabilities; the logits themselves pass by here.
        passing = collections.deque()
        capture = [lambda _, logits: (passing.append(logits), logits)[1]] if topLogits else None
        for token, _ in generate_step(mx.array(ids), self.model, max_tokens=maxTokens, logits_processors=capture):
            check_cancel(id)
            token = int(token)
            is_end = token in ends
            if not is_end:
                text.add_token(token)
            tokens.append(token)
            pieces.append(text.last_segment)
            message = {"event": "token", "id": id, "token": token, "text": pieces[-1]}
            if topLogits:
                message["topLogits"] = highest(passing.popleft(), topLogits)
            if len(tokens) < maxTokens and not is_end:
                say(**message)
                continue
            text.finalize()
            message["text"] += text.last_segment
            pieces[-1] = message["text"]
            say(**message)
            if is_end:
                end = "stop"
                break
        return {
            "event": "generated",
            "promptIds": ids,
            "tokens": tokens,
            "text": "".join(pieces),
            "finish": end,
        }

    def encode(self, prompt, chat):
        if chat and self.tokenizer.has_chat_template:
            messages = [{"role": "user", "content": prompt}]
            ids = self.tokenizer.apply_chat_template(
                messages, add_generation_prompt=True, tokenize=True, return_dict=False
            )
        else:
            ids = self.tokenizer.encode(prompt)
        return [int(one) for one in ids]

    def download(self, id, repository, revision=None):
        import functools

        import mlx_lm.utils as utils

        utils.snapshot_download = functools.partial(
            utils.snapshot_download, tqdm_class=progress_bar(id)
        )
        # mlx-lm takes a directory of this name, if there is one here, for the model.
        with tempfile.TemporaryDirectory() as empty:
            os.chdir(empty)
            path = utils._download(repository, revision=revision)
            os.chdir("/")
        return {"event": "downloaded", "directory": str(path)}


def progress_bar(id):
    from tqdm import tqdm

    class Bar(tqdm):
        def __init__(self, *args, **kwargs):
            kwargs.pop("name", None)
            super().__init__(*args, **{**kwargs, "file": sys.stderr})

        def update(self, n=1):
            shown = super().update(n)
            if self.unit == "B" and finish.is_set():
                raise Cancelled("it was cancelled")
            if self.unit == "B":
                check_cancel(id)
                say(event="progress", id=id, bytesDone=max(0, int(self.n)), bytesTotal=max(0, int(self.total or 0)))
            return shown

    return Bar


class reachable:
    """Gives a path that mlx-lm finds: its glob takes brackets in the directory's own path for a pattern."""

    def __init__(self, directory):
        self.directory = directory
        self.place = None

    def __enter__(self):
        if glob.escape(self.directory) == self.directory:
            return Path(self.directory)
        self.place = tempfile.TemporaryDirectory()
        link = Path(self.place.name) / "model"
        link.symlink_to(os.path.abspath(self.directory), target_is_directory=True)
        return link

    def __exit__(self, *_):
        if self.place is not None:
            self.place.cleanup()


def highest(logits, count):
    import mlx.core as mx
    import numpy as np

    values = np.array(logits.astype(mx.float32)).reshape(-1)
    order = np.lexsort((np.arange(values.size), -values))[:count]
    return [{"id": int(at), "logit": float(values[at])} for at in order]


def describe(quantization):
    if not quantization:
        return None
    mode = quantization.get("mode", "affine")
    return f"{mode}, {quantization['bits']} bits, group size {quantization['group_size']}"


def main():
    import mlx.core as mx

    names = ["mlx", "mlx-lm", "transformers", "huggingface_hub"]
    say(
        event="hello",
        protocol=1,
        name="mlx-lm",
        version="1",
        runtimes={name: importlib.metadata.version(name) for name in names},
        device="gpu" if mx.default_device() == mx.gpu else "cpu",
        operations=["load", "generate", "cancel", "unload", "download"],
    )
    threading.Thread(target=read_requests, daemon=True).start()
    runner = Runner()
    failures = {"load": "cannot-load", "generate": "cannot-generate", "download": "cannot-download"}
    while (request := requests.get()) is not None:
        op, id = request.pop("op"), request.pop("id")
        try:
            check_cancel(id)
            if op == "unload":
                runner.unload()
                answer = {"event": "unloaded"}
            elif op in failures:
                answer = getattr(runner, op)(id, **request)
            else:
                say(event="error", id=id, kind="invalid-request", message=f"no operation {op}")
                continue
            say(id=id, **answer)
        except Cancelled as error:
            say(event="error", id=id, kind="cancelled", message=str(error))
        except Exception as error:
            kind = failures.get(op, "internal")
            say(event="error", id=id, kind=kind, message=f"{type(error).__name__}: {error}")


main()
