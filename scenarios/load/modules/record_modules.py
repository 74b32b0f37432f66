"""Writes recorded_modules.json: which tensors models of every module of mlx-lm have by its own classes, and which of their damages it
loads; for maintainers.

    python scenarios/load/modules/record_modules.py scenarios/load/modules/recorded_modules.json MODULE ...

Three small models of each module, each in another packing and with other flags and sizes. A model is left out where mlx-lm does
not load it back, or where it has more than 3 MB.
"""

import base64
import contextlib
import gzip
import io
import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "src/load/tables"))

import mlx.core as mx
from mlx_lm.utils import load_model
from real_modules import PACKINGS, build, damages

MODES = ["mxfp4", "nvfp4", "mxfp8", "affine-8"]
DTYPES = {mx.float16: "F16", mx.float32: "F32", mx.bfloat16: "BF16", mx.uint32: "U32", mx.uint8: "U8"}
BYTES_MAX = 3_000_000


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


def change(config, weights, label, changed, tensors):
    """What a damage takes away and puts in its place."""
    one = {"what": label, "isLoaded": is_loaded(changed, tensors)}
    without = [key for key in weights if key not in tensors]
    added = [described(key, new) for key, new in tensors.items() if key not in weights or new.shape != weights[key].shape]
    if without:
        one["without"] = without
    if added:
        one["with"] = added
    if changed != config:
        one["config"] = {key: value for key, value in changed.items() if value != config.get(key)}
    return one


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
                changes = [change(config, weights, *damage) for damage in damages(config, weights)]
                models.append({"module": name, "packing": packing, "config": config, "tensors": tensors, "changes": changes})
            except Exception as error:
                left.append(f"{name} {packing}: {type(error).__name__}: {error}"[:150])
    text = json.dumps(models, separators=(",", ":"))
    packed = base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()
    Path(sys.argv[1]).write_text(json.dumps({"gzip": packed}) + "\n")
    print(len(models), "models,", len(packed), "bytes;", len(left), "left out")
    print("\n".join(left))


if __name__ == "__main__":
    main()
