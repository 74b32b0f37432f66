"""Answers JSON lines on stdin with what real MLX and mlx-lm do.

{"directory": D, "prompt": TEXT, "count": N}    load the model, its tokenizer, and generate greedily
{"quantize": {"values": [...], "columns": C, "bits": B, "group_size": G, "mode": M}}
"""

import json
import sys
from pathlib import Path

import mlx.core as mx
from mlx_lm.generate import generate_step
from mlx_lm.utils import load_model
from transformers import AutoTokenizer


def run(directory, prompt, count):
    stage = "load"
    try:
        model, _ = load_model(Path(directory))
        stage = "tokenizer"
        tokenizer = AutoTokenizer.from_pretrained(directory)
        ids = tokenizer.encode(prompt)
        decoded = tokenizer.decode(ids)
        stage = "generate"
        tokens = []
        for token, _ in generate_step(mx.array(ids), model, max_tokens=count):
            tokens.append(int(token))
    except Exception as error:
        return {"ok": False, "stage": stage, "error": f"{type(error).__name__}: {error}"}
    answer = {"ok": True, "ids": ids, "decoded": decoded, "tokens": tokens}
    return {**answer, **render(tokenizer, prompt)}


def render(tokenizer, prompt):
    """Renders the chat template, which mlx-lm does not look at before somebody chats."""
    if tokenizer.chat_template is None:
        return {"rendered": None}
    try:
        messages = [{"role": "user", "content": prompt}]
        return {
            "rendered": tokenizer.apply_chat_template(
                messages, add_generation_prompt=True, tokenize=False
            )
        }
    except Exception as error:
        return {"rendered": None, "template_error": f"{type(error).__name__}: {error}"}


def quantize(values, columns, bits, group_size, mode="affine"):
    matrix = mx.array(values, dtype=mx.float32).reshape(-1, columns)
    settings = {"group_size": group_size, "bits": bits, "mode": mode}
    packed, scales, *biases = mx.quantize(matrix, **settings)
    back = mx.dequantize(packed, scales, *biases, **settings, dtype=mx.float32)
    parts = {"packed": packed, "scales": scales, "values": back}
    if biases:
        parts["biases"] = biases[0]
    return {"ok": True, **{name: part.flatten().tolist() for name, part in parts.items()}}


for line in sys.stdin:
    request = json.loads(line)
    answer = quantize(**request["quantize"]) if "quantize" in request else run(**request)
    print(json.dumps(answer), flush=True)
