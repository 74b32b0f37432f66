"""Takes the names and shapes of all tensors of every model class of mlx-lm out of the classes themselves.

    python make_tensor_tables.py tensor_tables_data.ts [MODULE ...]

Where modules are named, only their tables are made again and the others stay. LEARN and TEST say from how many
configurations a table is learnt, and by how many others it is tried; more of them tell conditions apart that few confuse.

Each module is built from many small configurations whose values remember how they were used (symbols.py). What is
built is then explained by formulas of the configuration: for each pattern of names how often it occurs, when it is
there, and its shape. A formula is kept only if it is right in every configuration; a module is called exact only if
its table is right in other configurations too.
"""

import base64
import collections
import dataclasses
import gzip
import importlib
import inspect
import json
import multiprocessing
import os
import pkgutil
import random
import re
import sys

import mlx.core as mx
import mlx.nn as nn
from mlx.utils import tree_flatten

import draw_config
import symbols
from symbols import SI, evaluate, wrap

LEARN, TEST, ROUNDS = int(os.environ.get("LEARN", "48")), int(os.environ.get("TEST", "24")), 4
SHAPES = {}
KEEP = []


def _watch():
    """Makes the makers of arrays remember the formulas of the shapes that they are asked for."""

    def watched(make, where):
        def call(*args, **kwargs):
            shape = kwargs.get("shape", args[where] if len(args) > where else None)
            if isinstance(shape, int):
                shape = (shape,)
            plain = [one if one is not shape and one is not (args[where] if len(args) > where else None) else one for one in args]
            if shape is None:
                return make(*args, **kwargs)
            real = tuple(int.__int__(one) if isinstance(one, int) else one for one in shape)
            if "shape" in kwargs:
                kwargs["shape"] = real
            else:
                plain[where] = real
            made = make(*plain, **kwargs)
            KEEP.append(made)
            SHAPES[id(made)] = [symbols.expr(one) for one in shape]
            return made

        return call

    for place, name, where in [
        (mx, "zeros", 0), (mx, "ones", 0), (mx, "full", 0), (mx.random, "uniform", 2), (mx.random, "normal", 0),
    ]:
        setattr(place, name, watched(getattr(place, name), where))
    arange = mx.arange
    mx.arange = lambda *args, **kwargs: arange(*[symbols.plain(one) for one in args], **kwargs)
    for name, module in list(sys.modules.items()):
        if name.startswith("mlx_lm.models."):
            module.range = symbols.sym_range
            module.enumerate = symbols.sym_enumerate
            module.int = symbols.sym_int


def flat(config, prefix=""):
    """The values of a configuration by their paths."""
    values = {}
    for key, value in config.items():
        path = f"{prefix}{key}"
        values[path] = value
        if isinstance(value, dict):
            values.update(flat(value, f"{path}."))
    return values


def build(module, config, symbolic):
    """@returns for each tensor its shape, the formula of it, and whether its layer can be packed"""
    SHAPES.clear()
    KEEP.clear()
    given = wrap(json.loads(json.dumps(config)), "") if symbolic else config
    model = module.Model(module.ModelArgs.from_dict(given))
    owners = dict(model.named_modules())
    made = {}
    for name, array in tree_flatten(model.parameters()):
        owner, _, part = name.rpartition(".")
        packs = part == "weight" and hasattr(owners.get(owner), "to_quantized")
        made[name] = (tuple(array.shape), SHAPES.get(id(array)), packs)
    return model, made


def pattern_of(name):
    index = [int(part) for part in name.split(".") if part.isdigit()]
    signs = iter(["{i}", "{j}", "{k}", "{l}"])
    return ".".join(next(signs) if part.isdigit() else part for part in name.split(".")), tuple(index)


class Example:
    """One configuration and what was built of it."""

    def __init__(self, config, made):
        self.env = flat(config)
        self.tensors = collections.defaultdict(dict)
        for name, (shape, formula, packs) in made.items():
            pattern, index = pattern_of(name)
            self.tensors[pattern][index] = (shape, formula, packs)


def simplest(candidates, examples, wanted):
    """The first formula that is right for all of the examples, which are pairs of environment and index."""
    for formula in candidates:
        if all(evaluate(formula, env, index) == value for (env, index), value in zip(examples, wanted)):
            return formula
    return None


def bits_of(atom, cases):
    """The cases in which a condition is true, one bit each."""
    mask = 0
    for at, (env, index) in enumerate(cases):
        if evaluate(atom, env, index):
            mask |= 1 << at
    return mask


def learn(target, cases, atoms, depth=3):
    """A condition that is true, among `cases`, exactly for those of `target`; atoms are pairs of formula and mask."""
    target &= cases
    if target in (cases, 0):
        return target == cases
    both = [(a, m & cases) for a, m in atoms] + [(["not", a], cases & ~m) for a, m in atoms]
    for formula, mask in both:
        if mask == target:
            return formula
    for kind, wrong, pool in (
        # Each of these is true wherever the condition is; together they exclude the rest.
        ("and", cases & ~target, [(a, cases & ~m) for a, m in both if m & target == target]),
        ("or", target, [(a, m) for a, m in both if m & ~target == 0]),
    ):
        chosen = cover(wrong, pool)
        if chosen is not None and len(chosen) <= 4:
            return [kind, *chosen]
    if depth == 0:
        return None
    best = None
    for atom, mask in atoms:
        yes, no = cases & mask, cases & ~mask
        if not yes or not no:
            continue
        then = learn(target, yes, atoms, 0)
        other = learn(target, no, atoms, 0)
        if then is not None and other is not None:
            made = ["if", atom, then, other]
            if best is None or weight_of(made) < weight_of(best):
                best = made
        elif depth > 1 and (then is not None or other is not None):
            side = yes if then is None else no
            rest = learn(target, side, atoms, 1) if side.bit_count() < cases.bit_count() // 2 else None
            if rest is not None and best is None:
                best = ["if", atom, then if then is not None else rest, other if other is not None else rest]
    return best


def cover(wanted, pool):
    """Few of the pool whose masks cover all that is wanted."""
    chosen = []
    while wanted:
        atom, mask = max(pool, key=lambda one: (one[1] & wanted).bit_count(), default=(None, 0))
        if mask & wanted == 0:
            return None
        chosen.append(atom)
        wanted &= ~mask
    return chosen


def weight_of(formula):
    text = json.dumps(formula)
    return (len(text), text)


def make_atoms(examples):
    """Comparisons that may decide: those that were seen, and one for each field."""
    atoms = {text for text in symbols.ATOMS}
    # The parts of a short list inside of a layer have their places.
    atoms.update(json.dumps(["==", "$j", at]) for at in range(3))
    fields = collections.defaultdict(set)
    for example in examples:
        for path, value in example.env.items():
            fields[path].add(json.dumps(value))
    for path, values in fields.items():
        kinds = {type(json.loads(one)) for one in values}
        if len(values) > 1 and type(None) in kinds:
            atoms.add(json.dumps(["null", path]))
        if bool in kinds and len(values) > 1:
            atoms.add(json.dumps(["b", path]))
        if int in kinds and len(values) > 1 and not path.endswith(tuple(draw_config.SIZES)):
            for one in (["b", path], ["<", "$i", path], ["==", ["%", "$i", path], 0],
                        ["==", ["%", ["+", "$i", 1], path], 0], ["==", "$i", path]):
                atoms.add(json.dumps(one))
        if str in kinds and all(re.fullmatch(r"null|\"\d+(,\d+)*\"", one) for one in values):
            atoms.add(json.dumps(["in", "$i", ["numbers", path]]))
        if list in kinds:
            atoms.add(json.dumps(["in", "$i", path]))
            words = {w for one in values for w in (json.loads(one) or []) if isinstance(w, (str, int))}
            for word in words if len(words) < 8 else ():
                right = ["s", word] if isinstance(word, str) else word
                atoms.add(json.dumps(["==", ["[]", path, "$i"], right]))
    return sorted((json.loads(one) for one in atoms), key=weight_of)


def number_formulas(examples):
    """Formulas of whole numbers, from the simplest on."""
    fields = sorted({
        path for example in examples for path, value in example.env.items()
        if isinstance(value, int) and not isinstance(value, bool)
    })
    lists = sorted({path for example in examples for path, value in example.env.items() if isinstance(value, list)})
    seen = set()
    for example in examples:
        for rows in example.tensors.values():
            for _, formula, _ in rows.values():
                seen.update(json.dumps(one) for one in formula or () if isinstance(one, (list, str)))
    ordered = sorted((json.loads(one) for one in seen), key=weight_of)
    plain = [["len", one] for one in lists] + [[op, one, 1] for one in fields for op in ("-", "+")]
    pairs = [[op, a, b] for a in fields for b in fields for op in ("-", "//") if a != b]
    return fields + ordered + plain, pairs


def count_formula(prefix, position, examples, pools):
    """How many numbers stand at one place of a pattern of names."""
    cases, wanted = [], []
    for example in examples:
        counts = collections.defaultdict(int)
        for pattern, rows in example.tensors.items():
            if not pattern.startswith(prefix):
                continue
            for index in rows:
                key = index[:position]
                counts[key] = max(counts[key], index[position] + 1)
        for key, count in counts.items():
            cases.append((example.env, key))
            wanted.append(count)
    if len(set(wanted)) == 1:
        return wanted[0]
    for pool in pools:
        found = simplest(pool, cases, wanted)
        if found is not None:
            return found
    return None


def dimension(position, cases, shapes, formulas, pools, atoms):
    """The formula of one dimension in all cases, by conditions where one does not suffice."""
    wanted = [shape[position] for shape in shapes]
    seen = collections.Counter(json.dumps(one[position]) for one in formulas if one is not None)
    own = sorted((json.loads(one) for one in seen), key=weight_of)
    if len(set(wanted)) == 1 and not any(isinstance(one, (list, str)) for one in own):
        return wanted[0]
    found = simplest(own, cases, wanted)
    if found is not None:
        return found
    for pool in (own, pools[0]):
        made = piecewise(pool, cases, wanted, atoms)
        if made is not None:
            return made
    for pool in pools:
        found = simplest(pool, cases, wanted)
        if found is not None:
            return found
    return None


def union(masks):
    joined = 0
    for _, mask in masks:
        joined |= mask
    return joined


def piecewise(pool, cases, wanted, atoms):
    full = (1 << len(cases)) - 1
    rights = []
    for formula in pool[:400]:
        mask = 0
        for at, ((env, index), value) in enumerate(zip(cases, wanted)):
            if evaluate(formula, env, index) == value:
                mask |= 1 << at
        if mask:
            rights.append((formula, mask))
    if union(rights) != full:
        return None
    rights.sort(key=lambda one: (-one[1].bit_count(), weight_of(one[0])))
    distinct = list({mask: (formula, mask) for formula, mask in reversed(rights)}.values())[::-1][:40]
    masks = [(atom, bits_of(atom, cases)) for atom in atoms[:250]]
    useful = [(a, m) for a, m in masks if m not in (0, full)]
    return split(full, distinct, useful, 3) or several_ways(full, distinct[:8], useful, 2)


def several_ways(cases, rights, atoms, depth):
    """A formula, the condition under which it is right, and what is right elsewhere."""
    for formula, mask in rights:
        if mask & cases == cases:
            return formula
    if depth == 0:
        return None
    for formula, mask in rights:
        if mask & cases == 0:
            continue
        for other, others in rights:
            # Where both are right, either will do.
            decided = cases & (mask ^ others) if depth == 1 else cases & ~(mask & others)
            condition = learn(mask & decided, decided, atoms) if other is not formula else None
            if condition is None or isinstance(condition, bool):
                continue
            chosen = holding(condition, cases, atoms)
            if cases & chosen & ~mask:
                continue
            rest = several_ways(cases & ~chosen, rights, atoms, depth - 1)
            if rest is not None:
                return ["if", condition, formula, rest]
    return None


def holding(condition, cases, atoms):
    """The cases in which a condition of atoms is true."""
    if isinstance(condition, bool):
        return cases if condition else 0
    kind = condition[0]
    if kind == "and":
        for one in condition[1:]:
            cases &= holding(one, cases, atoms)
        return cases
    if kind == "or":
        return union([(one, holding(one, cases, atoms)) for one in condition[1:]])
    if kind == "if":
        yes = holding(condition[1], cases, atoms)
        return holding(condition[2], yes, atoms) | holding(condition[3], cases & ~yes, atoms)
    known = {json.dumps(atom): mask for atom, mask in atoms}
    text = json.dumps(condition)
    if text in known:
        return cases & known[text]
    return cases & ~holding(condition[1], cases, atoms)


def split(cases, rights, atoms, depth):
    """The formula that is right in all cases, or conditions that lead to one in each."""
    for formula, mask in rights:
        if mask & cases == cases:
            return formula
    if depth == 0:
        return None
    for atom, mask in atoms:
        if depth > 2 and atom[0] != "null":
            continue
        yes, no = cases & mask, cases & ~mask
        if not yes or not no:
            continue
        then = split(yes, rights, atoms, depth - 1 if atom[0] == "null" else 0)
        other = None if then is None else split(no, rights, atoms, depth - 1 if atom[0] == "null" else 0)
        if other is not None:
            return ["if", atom, then, other]
    return None if depth < 3 else split(cases, rights, atoms, 2)


class Places:
    """All places where a tensor of one pattern may be, and what the atoms say of each."""

    def __init__(self, loops, examples, atoms):
        self.where = [(one, index) for one in examples for index in indices(loops, one.env)]
        self.full = (1 << len(self.where)) - 1
        cases = [(one.env, index) for one, index in self.where]
        self.atoms, seen = [], {0, self.full}
        for atom in atoms:
            mask = bits_of(atom, cases)
            if mask not in seen and self.full & ~mask not in seen:
                self.atoms.append((atom, mask))
                seen.add(mask)
        self.known = {}

    def condition(self, target):
        if target not in self.known:
            self.known[target] = learn(target, self.full, self.atoms)
        return self.known[target]


def learn_table(examples):
    atoms = make_atoms(examples)
    pools = number_formulas(examples)
    patterns = sorted({pattern for example in examples for pattern in example.tensors})
    counts, places = {}, {}
    rows = []
    problems = []
    for pattern in patterns:
        loops = []
        for position in range(pattern.count("{")):
            prefix = pattern[: [m.start() for m in re.finditer(r"\{", pattern)][position]]
            if prefix not in counts:
                counts[prefix] = count_formula(prefix, position, examples, pools)
            loops.append(counts[prefix])
        if any(one is None for one in loops):
            problems.append(f"count of {pattern}")
            continue
        key = json.dumps(loops)
        if key not in places:
            places[key] = Places(loops, examples, atoms)
        place = places[key]
        target, present = 0, []
        for at, (example, index) in enumerate(place.where):
            there = example.tensors.get(pattern, {})
            if index in there:
                target |= 1 << at
                present.append(((example.env, index), there[index]))
        condition = place.condition(target)
        if condition is None:
            problems.append(f"condition of {pattern}")
            continue
        ranks = {len(one[0]) for _, one in present}
        if len(ranks) != 1:
            problems.append(f"rank of {pattern}")
            continue
        shape = [
            dimension(at, [case for case, _ in present], [one[0] for _, one in present],
                      [one[1] if one[1] is not None and len(one[1]) == len(one[0]) else None for _, one in present],
                      pools, atoms)
            for at in range(ranks.pop())
        ]
        if any(one is None for one in shape):
            problems.append(f"shape of {pattern}")
        rows.append([pattern, loops, condition, shape, int(any(one[2] for _, one in present))])
    return rows, problems


def indices(loops, env, known=()):
    if len(known) == len(loops):
        return [known]
    count = evaluate(loops[len(known)], env, known)
    found = []
    for at in range(count if isinstance(count, int) else 0):
        found += indices(loops, env, (*known, at))
    return found


def predict(rows, env):
    made = {}
    for pattern, loops, condition, shape, _ in rows:
        for index in indices(loops, env):
            if not evaluate(condition, env, index):
                continue
            name = pattern
            for sign, at in zip(("{i}", "{j}", "{k}", "{l}"), index):
                name = name.replace(sign, str(at))
            made[name] = tuple(evaluate(one, env, index) for one in shape)
    return made


def dropped(model, made):
    """What `sanitize` drops without a word: each text of its source, tried at the beginning and inside of a name."""
    if not hasattr(model, "sanitize"):
        return set()
    parts = [one for _, one in model.named_modules() if hasattr(type(one), "sanitize")]
    texts = {"rotary_emb.inv_freq", "vision_tower", "mtp.", "lm_head.weight", "multi_modal_projector", "audio_tower"}
    for part in {type(one) for one in (model, *parts)}:
        try:
            source = inspect.getsource(part.sanitize)
        except (AttributeError, OSError, TypeError):
            continue
        texts |= {one for pair in re.findall(r'"([^"\n{}]+)"|\'([^\'\n{}]+)\'', source) for one in pair if one}
    found = set()
    for text in texts:
        for kind, name in (("in", f"zz.{text}.zz"), ("start", f"{text}.zz"), ("start", f"{text}zz"), ("is", text)):
            if name in made:
                continue
            weights = {key: mx.zeros(shape) for key, (shape, _, _) in made.items()}
            weights[name] = mx.zeros((2, 2))
            try:
                left = set(model.sanitize(weights))
            except Exception:
                continue
            if left == set(made):
                found.add((kind, text))
                break
    return found


def drop_rules(module, name):
    """The rules of `dropped`, and which of them hold only for tied embeddings."""
    rules = {}
    for tied in (False, True):
        config = draw_config.draw_config(name, module.ModelArgs, random.Random(0))
        for part in (config, config.get("text_config") or {}):
            if isinstance(part, dict) and "tie_word_embeddings" in part:
                part["tie_word_embeddings"] = tied
        try:
            rules[tied] = dropped(*build(module, config, False))
        except Exception:
            rules[tied] = set()
    always = sorted([kind, text, 0] for kind, text in rules[False] | rules[True] if (kind, text) in rules[False])
    return always + sorted([kind, text, 1] for kind, text in rules[True] - rules[False])


def draw_examples(name, module, seeds):
    examples, reason = [], ""
    for seed in seeds:
        rng = random.Random(seed)
        config = draw_config.draw_config(name, module.ModelArgs, rng, (0.0, 0.15, 0.35, 0.6)[seed % 4])
        try:
            _, made = build(module, config, True)
        except Exception as error:
            reason = reason or f"{type(error).__name__}: {error}"
            continue
        examples.append(Example(config, made))
        examples[-1].made = {key: shape for key, (shape, _, _) in made.items()}
    return examples, reason


def wrong_names(rows, tests):
    wrong = []
    for test in tests:
        guess = predict(rows, test.env)
        wrong += set(guess) ^ set(test.made)
        for key in set(guess) & set(test.made):
            if len(guess[key]) != len(test.made[key]) or any(
                a is not None and a != b for a, b in zip(guess[key], test.made[key])
            ):
                wrong.append(key)
    return wrong


def without_wrong_sizes(rows, tests):
    """The rows, where a dimension that some configuration contradicts is left open."""
    kept = []
    for pattern, loops, condition, shape, packs in rows:
        shape = list(shape)
        for test in tests:
            for index, (real, _, _) in test.tensors.get(pattern, {}).items():
                for at, formula in enumerate(shape):
                    if len(real) == len(shape) and evaluate(formula, test.env, index) != real[at]:
                        shape[at] = None
        kept.append([pattern, loops, condition, shape, packs])
    return kept


def table_of(name):
    module = importlib.import_module(f"mlx_lm.models.{name}")
    symbols.ATOMS.clear()
    examples, reason = draw_examples(name, module, range(LEARN))
    if len(examples) < 8:
        return None, f"only {len(examples)} configurations build: {reason}"
    for round in range(ROUNDS):
        rows, problems = learn_table(examples)
        start = LEARN + round * TEST
        tests, _ = draw_examples(name, module, range(start, start + TEST))
        wrong = wrong_names(rows, tests)
        if not wrong:
            break
        # What a table gets wrong teaches the next one.
        examples += tests
    if wrong:
        rows = without_wrong_sizes(rows, tests)
        wrong = wrong_names(rows, tests)
    used = {one for row in rows for one in re.findall(r'"([^"]+)"', json.dumps(row[1:4]))}
    defaults, required = {}, []
    for prefix, cls in (("", module.ModelArgs), ("text_config.", draw_config.text_class(name))):
        for field in dataclasses.fields(cls) if cls else ():
            path, value = f"{prefix}{field.name}", draw_config.default_of(field)
            if value is dataclasses.MISSING and path in used:
                required.append(path)
            elif value is not None and (path in used or field.name == "tie_word_embeddings"):
                defaults[path] = value
    vague = [one for one in problems if one.startswith("shape of ")]
    table = {
        "rows": rows,
        "defaults": {key: value for key, value in defaults.items() if value is not dataclasses.MISSING},
        "required": sorted(required),
        "drops": drop_rules(module, name),
        "exact": len(problems) == len(vague) and not wrong and len(tests) > 3,
    }
    note = f"{len(rows)} rows, {len(examples)}+{len(tests)} configurations, wrong {len(wrong)}"
    return table, note + (f" {problems[:3]} {wrong[:3]}" if problems or wrong else "")


def usable_modules(names):
    usable = []
    for name in names:
        try:
            module = importlib.import_module(f"mlx_lm.models.{name}")
        except (Exception, SystemExit) as error:
            print(f"{name}: not imported: {error}")
            continue
        if hasattr(module, "Model") and hasattr(module, "ModelArgs"):
            usable.append(name)
    return usable


def named_table(name):
    try:
        return name, *table_of(name)
    except Exception as error:
        return name, None, f"{type(error).__name__}: {error}"


def read(path):
    with open(path) as file:
        packed = re.search(r'"([A-Za-z0-9+/=]+)"', file.read()).group(1)
    return json.loads(gzip.decompress(base64.b64decode(packed)))["tables"]


def write(path, tables):
    """Writes the TypeScript module that holds the tables, packed; the same tables give the same bytes."""
    import mlx_lm
    from mlx_lm import utils

    architectures = getattr(utils, "MODEL_ARCHITECTURE_REMAPPING", {})
    content = {
        "source": f"mlx-lm {mlx_lm.__version__}",
        "remap": utils.MODEL_REMAPPING,
        "architectures": [[*key, value] for key, value in architectures.items()],
        "tables": dict(sorted(tables.items())),
    }
    text = json.dumps(content, separators=(",", ":"))
    packed = base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()
    with open(path, "w") as file:
        file.write(
            "/** The tensors of every module of mlx-lm: JSON, gzip, base64. `make_tensor_tables.py` writes this file. */\n"
            f'export const TENSOR_TABLES =\n  "{packed}";\n'
        )


def main():
    import mlx_lm.models as package

    names = sys.argv[2:] or [one.name for one in pkgutil.iter_modules(package.__path__)]
    usable = usable_modules(names)
    tables = read(sys.argv[1]) if sys.argv[2:] and os.path.exists(sys.argv[1]) else {}
    with multiprocessing.Pool(int(os.environ.get('JOBS', os.cpu_count() or 1)), initializer=prepare, initargs=(usable,)) as pool:
        for name, table, note in pool.imap_unordered(named_table, usable):
            print(f"{name}: {note}", flush=True)
            if table is not None:
                tables[name] = table
                write(sys.argv[1], tables)
    print(f"{len(tables)} of {len(usable)} modules, {sum(one['exact'] for one in tables.values())} exact")


def prepare(names):
    usable_modules(names)
    _watch()


if __name__ == "__main__":
    main()
