"""Writes the table of model types by runtime and first version.

    python make_model_types.py model_types_data.ts [RUNTIME VERSION DIRECTORY ...]
    python make_model_types.py model_types_data.ts --rows ROWS.tsv

DIRECTORY holds an unpacked wheel of mlx-lm, mlx-vlm, mlx-embeddings or mlx-audio, or a checkout of mlx-swift-lm at a
tag. Nothing is imported: the names of the modules and the dictionaries in the sources are read. What the table already
has stays; a type that is new gets the version given, and one that the directory no longer has is marked as gone. So
versions are given in ascending order, and the whole table is made again from nothing by giving every release.

--rows takes tab-separated lines of type, runtime, kind, first version and, in the ninth column, a note, for the releases
of which only the history is at hand.
"""

import ast
import datetime
import json
import pathlib
import re
import sys

HEAD = """/**
 * Model types by runtime and first version. `make_model_types.py` writes this file.
 *
 * For each runtime and kind of registry: the version, and the types that it was the first to have.
 */
export const MODEL_TYPES = """
PACKAGES = {"mlx-lm": "mlx_lm", "mlx-vlm": "mlx_vlm", "mlx-embeddings": "mlx_embeddings", "mlx-audio": "mlx_audio"}
PARTS = {"__init__", "base", "cache", "interpolate", "activations"}
SWIFT = {
    "llm": "MLXLLM/LLMModelFactory.swift",
    "vlm": "MLXVLM/VLMModelFactory.swift",
    "embedder": "MLXEmbedders/ModelFactory.swift",
    "reranker": "MLXRerankers/RerankerModelFactory.swift",
}


def remaps_in(path):
    """The dictionaries called MODEL_REMAPPING that a source assigns, read and not run."""
    found = {}
    if not path.exists():
        return found
    for node in ast.parse(path.read_text()).body:
        names = [target.id for target in getattr(node, "targets", []) if isinstance(target, ast.Name)]
        if "MODEL_REMAPPING" in names and isinstance(node.value, ast.Dict):
            found.update(ast.literal_eval(node.value))
    return found


def modules_in(folder, runtime):
    for path in sorted(folder.iterdir()):
        if path.stem in PARTS or path.name.startswith("_"):
            continue
        if path.is_dir():
            yield path.name
        elif path.suffix == ".py" and runtime != "mlx-vlm" and (runtime != "mlx-lm" or re.search(r"^class Model\b|^from \.\w+ import (?:.*, )?Model\b", path.read_text(), re.M)):
            yield path.stem


def python_types(runtime, directory):
    package = directory / PACKAGES[runtime]
    audio = [package / kind for kind in ("stt", "tts", "sts", "codec", "vad", "lid")]
    folders = audio if runtime == "mlx-audio" else [package]
    remaps = {}
    types = set()
    for folder in folders:
        remaps.update(remaps_in(folder / "utils.py"))
        if (folder / "models").is_dir():
            types.update(modules_in(folder / "models", runtime))
    # Speech models are built on these; by themselves they are of text.
    types -= {"llama", "qwen3", "dense"} if runtime == "mlx-audio" else set()
    return {("model", name) for name in types | set(remaps)}, remaps


def swift_types(directory):
    found = set()
    for kind, name in SWIFT.items():
        path = directory / "Libraries" / name
        for line in path.read_text().splitlines() if path.exists() else []:
            entry = re.match(r'\s*"([^"]+)"\s*:\s*(?:create|\{)', line)
            if entry:
                found.add(("processor" if entry[1].endswith("Processor") else kind, entry[1]))
    return found, {}


def add(table, runtime, version):
    """The entry of a runtime, made where there is none."""
    entry = table["runtimes"].setdefault(runtime, {"newest": version, "first": {}, "gone": {}, "remaps": {}})
    if key(version) > key(entry["newest"]):
        entry["newest"] = version
    return entry


def key(version):
    return [10**9] if version == "main" else [int(part) for part in re.findall(r"\d+", version)]


def known(entry):
    return {(kind, name) for kind, firsts in entry["first"].items() for names in firsts.values() for name in names.split()}


def note_first(entry, kind, name, version):
    firsts = entry["first"].setdefault(kind, {})
    firsts[version] = " ".join(sorted({*firsts.get(version, "").split(), name}))


def add_directory(table, runtime, version, directory):
    types, remaps = swift_types(directory) if runtime == "mlx-swift-lm" else python_types(runtime, directory)
    if not types:
        raise SystemExit(f"{directory} has no types of {runtime}")
    entry = add(table, runtime, version)
    for kind, name in sorted(types - known(entry)):
        note_first(entry, kind, name, version)
    for kind, name in known(entry):
        if (kind, name) in types:
            entry["gone"].pop(name, None)
        # Registrations outside of the factories are kept by hand: drafters.
        elif kind != "drafter" and key(version) >= key(entry["newest"]):
            entry["gone"].setdefault(name, version)
    entry["remaps"].update({name: module for name, module in remaps.items() if name != module})


def add_rows(table, path):
    for line in path.read_text().splitlines()[1:]:
        name, runtime, kind, version, *rest = line.split("\t")
        note = rest[4] if len(rest) > 4 else ""
        version = "main" if version.startswith("unreleased") else version
        entry = add(table, runtime, version)
        if version == "main":
            entry["newest"] = "main"
        note_first(entry, kind if runtime == "mlx-swift-lm" else "model", name, version)
        loaded = re.match(r"loaded as (\S+)", note)
        absent = re.match(r"absent from (?:wheel )?(\S+)", note)
        if loaded:
            entry["remaps"][name] = loaded[1]
        if absent:
            entry["gone"][name] = "main" if absent[1] == "HEAD" else absent[1]


def read(path):
    """The table of a file that this program wrote, also after it was formatted: keys without quotes, commas at ends."""
    text = path.read_text() if path.exists() else ""
    if not text.startswith(HEAD):
        return {"runtimes": {}}
    text = text[len(HEAD) :].rstrip().removesuffix(" as const;")
    text = re.sub(r"^(\s*)(\w+):", r'\1"\2":', text, flags=re.M)
    return json.loads(re.sub(r",(\s*[}\]])", r"\1", text))


def main(target, *words):
    target = pathlib.Path(target)
    table = read(target)
    if words[:1] == ("--rows",):
        add_rows(table, pathlib.Path(words[1]))
    else:
        for runtime, version, directory in zip(*[iter(words)] * 3, strict=True):
            add_directory(table, runtime, version, pathlib.Path(directory))
    table["made"] = datetime.date.today().isoformat()
    for entry in table["runtimes"].values():
        for kind, firsts in entry["first"].items():
            entry["first"][kind] = dict(sorted(firsts.items(), key=lambda pair: key(pair[0])))
    target.write_text(HEAD + json.dumps(table, indent=2, sort_keys=False) + " as const;\n")


main(*sys.argv[1:])
