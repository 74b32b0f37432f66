"""Builds small models by mlx-lm's own classes, damages them, and says which of the directories mlx-lm loads.

    python real_modules.py OUT MODULE ...

Writes one line of JSON for each directory below OUT: module, packing, damage, directory, and whether mlx-lm took it.
"""

import contextlib
import importlib
import io
import json
import os
import random
import re
import shutil
import sys
from pathlib import Path

import mlx.core as mx
import mlx.nn as nn
from mlx.utils import tree_flatten
from mlx_lm.utils import load_model

import draw_config

PACKINGS = {
    "plain": None,
    "affine-4": {"group_size": 32, "bits": 4, "mode": "affine"},
    "affine-8": {"group_size": 32, "bits": 8, "mode": "affine"},
    "mxfp4": {"group_size": 32, "bits": 4, "mode": "mxfp4"},
    "nvfp4": {"group_size": 16, "bits": 4, "mode": "nvfp4"},
    "mxfp8": {"group_size": 32, "bits": 8, "mode": "mxfp8"},
}


def build(name, packing, seed):
    module = importlib.import_module(f"mlx_lm.models.{name}")
    config = draw_config.draw_config(name, module.ModelArgs, random.Random(seed), 0.0 if seed == 0 else 0.25)
    model = module.Model(module.ModelArgs.from_dict(json.loads(json.dumps(config))))
    model.set_dtype(mx.float16)
    if packing is not None:
        group = packing["group_size"]
        nn.quantize(model, **packing, class_predicate=lambda path, one: hasattr(one, "to_quantized") and one.weight.shape[-1] % group == 0)
        config["quantization"] = packing
        config["quantization_config"] = packing
    return config, dict(tree_flatten(model.parameters()))


def damages(config, weights):
    """Each kind of damage, at one place."""
    packed = {key[: -len(".scales")] for key in weights if key.endswith(".scales")}
    plain = [key for key in weights if key.rpartition(".")[0] not in packed]
    of = lambda rank: next((key for key in plain if weights[key].ndim == rank and ".layers." in key), None)
    without = lambda *names: {key: value for key, value in weights.items() if key not in names}
    for label, key in (("matrix", of(2)), ("vector", of(1)), ("experts", of(3))):
        if key is None:
            continue
        one = weights[key]
        yield f"remove {label}", config, without(key)
        yield f"rename {label}", config, {**without(key), key + "x": one}
        yield f"shorten {label}", config, {**weights, key: one[:-1]}
        if one.ndim == 2 and one.shape[0] != one.shape[1]:
            yield f"transpose {label}", config, {**weights, key: mx.contiguous(one.T)}
    for layer in sorted(packed)[-1:]:
        parts = [f"{layer}.{part}" for part in ("weight", "scales", "biases")]
        yield "drop scales", config, without(f"{layer}.scales")
        yield "drop packed layer", config, without(*parts)
        yield "shorten packed layer", config, {**weights, parts[0]: weights[parts[0]][..., :-1]}
    output = [key for key in weights if "lm_head." in key]
    if output:
        yield "no output", config, without(*output)
    numbers = [int(found.group(1)) for key in weights if (found := re.search(r"\.layers\.(\d+)\.", key))]
    if numbers:
        last = f".layers.{max(numbers)}."
        yield "last layer missing", config, {key: value for key, value in weights.items() if last not in key}
    yield "surplus tensor", config, {**weights, "model.nosuch.weight": mx.zeros((4, 4))}
    inner = config.get("text_config") or config
    for field, change in (("hidden_size", lambda x: 2 * x), ("intermediate_size", lambda x: 2 * x), ("vocab_size", lambda x: x + 64)):
        if isinstance(inner.get(field), int):
            changed = json.loads(json.dumps(config))
            for part in (changed, changed.get("text_config") or {}):
                if isinstance(part.get(field), int):
                    part[field] = change(part[field])
            yield f"config {field}", changed, weights


def main():
    out = Path(sys.argv[1])
    packings = os.environ.get("PACKINGS", "plain,affine-4").split(",")
    seeds = range(int(os.environ.get("SEEDS", "1")))
    for name in sys.argv[2:]:
        for packing in packings:
            for seed in seeds:
                try:
                    config, weights = build(name, PACKINGS[packing], seed)
                except Exception as error:
                    print(json.dumps({"module": name, "packing": packing, "error": f"{type(error).__name__}: {error}"[:200]}), flush=True)
                    continue
                for damage, changed, tensors in [("none", config, weights), *damages(config, weights)]:
                    place = out / f"{name}-{packing}-{seed}-{damage.replace(' ', '_')}"
                    place.mkdir(parents=True, exist_ok=True)
                    (place / "config.json").write_text(json.dumps(changed))
                    mx.save_safetensors(str(place / "model.safetensors"), tensors, metadata={"format": "mlx"})
                    why = ""
                    with contextlib.redirect_stdout(io.StringIO()):
                        try:
                            load_model(place, lazy=True)
                        except Exception as error:
                            why = f"{type(error).__name__}: {error}"[:160]
                    line = {"module": name, "packing": packing, "damage": damage, "directory": str(place), "accepted": why == "", "why": why}
                    print(json.dumps(line), flush=True)
                    if sys.stdin.readline() == "":
                        return
                    shutil.rmtree(place)


if __name__ == "__main__":
    main()
