"""Answers JSON lines on stdin with what mlx-lm generates from token ids, and the logits that it chose from.

{"directory": D, "ids": [...], "count": N, "float32": BOOL, "logits": BOOL}

With "float32" the weights that are no integers are widened first, so that MLX computes in float32. The answer has
the device that MLX computes on, the tokens, the time to load, the processor's time to generate, and for each token the time since the start and, if
wanted, all logits.
"""

import json
import sys
import time
from pathlib import Path

import mlx.core as mx
import mlx.nn as nn
from mlx.utils import tree_flatten, tree_unflatten
from mlx_lm.generate import generate_step
from mlx_lm.utils import load_model


class Watched:
    """Keeps the last logits of a model that it passes calls on to."""

    def __init__(self, model):
        self.model = model
        self.logits = []

    def __call__(self, tokens, cache=None):
        logits = self.model(tokens, cache=cache)
        self.logits.append(logits[0, -1])
        return logits

    @property
    def layers(self):
        return self.model.layers

    def make_cache(self):
        if hasattr(self.model, "make_cache"):
            return self.model.make_cache()
        from mlx_lm.models.cache import KVCache

        return [KVCache() for _ in self.model.layers]


class WideEmbedding(nn.QuantizedEmbedding):
    """Unpacks to float32; floats of a few bits are otherwise unpacked to bfloat16, whatever MLX computes in."""

    def __call__(self, x):
        return super().__call__(x).astype(mx.float32)


def widen(model):
    for module in model.modules():
        if isinstance(module, nn.QuantizedEmbedding):
            module.__class__ = WideEmbedding
    model.update(
        tree_unflatten(
            [
                (name, value.astype(mx.float32) if mx.issubdtype(value.dtype, mx.floating) else value)
                for name, value in tree_flatten(model.parameters())
            ]
        )
    )
    mx.eval(model.parameters())


def run(directory, ids, count, float32=False, logits=False):
    start = time.perf_counter()
    try:
        model, _ = load_model(Path(directory))
        loaded = time.perf_counter()
        if float32:
            widen(model)
        watched = Watched(model)
        begun = time.perf_counter()
        cpu = time.process_time()
        steps = []
        # The prompt's last token is computed alone, after the others, of which so many go together.
        passes_before = -(-(len(ids) - 1) // 2048)
        for token, _ in generate_step(mx.array(ids), watched, max_tokens=count):
            steps.append({"id": int(token), "ms": (time.perf_counter() - begun) * 1000})
        cpu_ms = (time.process_time() - cpu) * 1000
        if logits:
            for step, values in zip(steps, watched.logits[passes_before:]):
                step["logits"] = values.astype(mx.float32).tolist()
    except Exception as error:
        return {"ok": False, "error": f"{type(error).__name__}: {error}"}
    device = str(mx.default_device())
    return {"ok": True, "device": device, "load_ms": (loaded - start) * 1000, "cpu_ms": cpu_ms, "steps": steps}


for line in sys.stdin:
    print(json.dumps(run(**json.loads(line))), flush=True)
