"""Numbers, texts and lists that remember how they were computed.

A configuration is given to a model class as such values. What the class then builds has shapes that keep their
formula, and every comparison that decided something is kept in ATOMS.

A formula is a JSON value: a number; a text that is the path of a field, or "$i" and "$j" for the numbers in a
tensor's name; or a list of an operator and its operands. ["s", text] is a text itself, and ["numbers", path] the
numbers that a text has between its commas.
"""

import builtins
import json

ATOMS = set()


def expr(value):
    return getattr(value, "e", value)


def _note(e):
    ATOMS.add(json.dumps(e))


def const(value):
    if isinstance(value, (SI, SB, SF, SS, SL)):
        return value.e
    return ["s", value] if isinstance(value, str) else value


def _number(value, e):
    if isinstance(value, builtins.bool):
        return SB(value, e)
    if isinstance(value, builtins.int):
        return SI(value, e)
    return SF(value, e) if isinstance(value, builtins.float) else value


def _plain(x):
    return builtins.float(x) if isinstance(x, builtins.float) else builtins.int(x)


def _binary(op, fn, swap=False):
    def method(self, other):
        if not isinstance(other, (builtins.int, builtins.float)):
            return NotImplemented
        a, b = (other, self) if swap else (self, other)
        return _number(fn(_plain(a), _plain(b)), [op, const(a), const(b)])

    return method


def _compare(op, fn):
    def method(self, other):
        if not isinstance(other, (builtins.int, builtins.float)):
            return NotImplemented
        return SB(fn(_plain(self), _plain(other)), [op, self.e, const(other)])

    return method


class SI(builtins.int):
    def __new__(cls, value, e):
        made = builtins.int.__new__(cls, value)
        made.e = e
        return made

    def __bool__(self):
        _note(["b", self.e])
        return builtins.int(self) != 0

    def __neg__(self):
        return SI(-builtins.int(self), ["-", 0, self.e])

    def __hash__(self):
        return builtins.int.__hash__(self)


class SB(SI):
    pass


class SF(builtins.float):
    def __new__(cls, value, e):
        made = builtins.float.__new__(cls, value)
        made.e = e
        return made

    def __hash__(self):
        return builtins.float.__hash__(self)

    def __int__(self):
        return builtins.int(builtins.float(self))


for _name, _op, _fn in [
    ("add", "+", lambda a, b: a + b),
    ("sub", "-", lambda a, b: a - b),
    ("mul", "*", lambda a, b: a * b),
    ("floordiv", "//", lambda a, b: a // b),
    ("truediv", "/", lambda a, b: a / b),
    ("mod", "%", lambda a, b: a % b),
    ("pow", "**", lambda a, b: a**b),
]:
    for _cls in (SI, SF):
        setattr(_cls, f"__{_name}__", _binary(_op, _fn))
        setattr(_cls, f"__r{_name}__", _binary(_op, _fn, swap=True))
for _name, _op, _fn in [
    ("eq", "==", lambda a, b: a == b),
    ("ne", "!=", lambda a, b: a != b),
    ("lt", "<", lambda a, b: a < b),
    ("le", "<=", lambda a, b: a <= b),
    ("gt", ">", lambda a, b: a > b),
    ("ge", ">=", lambda a, b: a >= b),
]:
    setattr(SI, f"__{_name}__", _compare(_op, _fn))


class SS(str):
    def __new__(cls, value, e):
        made = str.__new__(cls, value)
        made.e = e
        return made

    def __eq__(self, other):
        if not isinstance(other, str):
            return False
        _note(["==", self.e, const(other)])
        return str.__eq__(self, other)

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return str.__hash__(self)


class SL(list):
    def __init__(self, values, e):
        super().__init__(values)
        self.e = e

    def __getitem__(self, at):
        value = list.__getitem__(self, at)
        return value if isinstance(at, slice) else wrap(value, ["[]", self.e, const(at)])

    def __iter__(self):
        for value in list.__iter__(self):
            yield wrap(value, ["[]", self.e, "$i"])

    def __contains__(self, item):
        _note(["in", const(item), self.e])
        return list.__contains__(self, plain(item))


def plain(value):
    """A number without its formula."""
    return _plain(value) if isinstance(value, (SI, SF)) else value


class SD(dict):
    pass


def wrap(value, e):
    """Gives a value of a configuration the path by which it is known."""
    if isinstance(value, (SI, SF, SS, SL, SD)):
        return value
    if isinstance(value, (builtins.bool, builtins.int, builtins.float)):
        return _number(value, e)
    if isinstance(value, str):
        return SS(value, e)
    if isinstance(value, (list, tuple)):
        return SL(value, e)
    if isinstance(value, dict):
        if not isinstance(e, str):
            return value
        prefix = f"{e}." if e else ""
        return SD({key: wrap(one, prefix + key) for key, one in value.items()})
    return value


def sym_range(*args):
    numbers = builtins.range(*[builtins.int(a) for a in args])
    if not any(isinstance(a, SI) for a in args):
        return numbers
    return [SI(k, "$i") for k in numbers]


def sym_enumerate(values, start=0):
    return [(SI(k + start, "$i"), value) for k, value in builtins.enumerate(values)]


class _IntMeta(type):
    def __instancecheck__(cls, value):
        return isinstance(value, builtins.int)


class sym_int(metaclass=_IntMeta):
    def __new__(cls, value=0, *rest):
        if isinstance(value, SI):
            return value
        if isinstance(value, SF):
            return SI(builtins.int(builtins.float(value)), ["int", value.e])
        return builtins.int(value, *rest)


def evaluate(e, env, index=()):
    """The value of a formula; None where a field that it needs is absent or null."""
    if isinstance(e, str):
        if e == "$i":
            return index[0] if index else None
        if e == "$j":
            return index[1] if len(index) > 1 else None
        return env.get(e)
    if not isinstance(e, list):
        return e
    op = e[0]
    if op == "s":
        return e[1]
    if op == "if":
        return evaluate(e[2] if evaluate(e[1], env, index) else e[3], env, index)
    if op == "and":
        return all(evaluate(one, env, index) for one in e[1:])
    if op == "or":
        return any(evaluate(one, env, index) for one in e[1:])
    a = evaluate(e[1], env, index)
    if op == "not":
        return not a
    if op == "b":
        return bool(a)
    if op == "null":
        return a is None
    if op == "len":
        return len(a) if isinstance(a, (list, tuple, str)) else None
    if op == "int":
        return None if a is None else builtins.int(a)
    if op == "numbers":
        return [builtins.int(one) for one in a.split(",")] if isinstance(a, str) else None
    b = evaluate(e[2], env, index)
    if op == "in":
        return isinstance(b, (list, tuple)) and a in b
    if op == "==":
        return a == b
    if op == "!=":
        return a != b
    if op == "[]":
        inside = isinstance(a, (list, tuple, str)) and isinstance(b, builtins.int)
        return a[b] if inside and -len(a) <= b < len(a) else None
    numbers = (builtins.int, builtins.float)
    if not isinstance(a, numbers) or not isinstance(b, numbers):
        return None
    if op in ("//", "/", "%") and b == 0:
        return None
    if op == "**":
        return a**b if abs(b) < 64 else None
    return {
        "+": lambda: a + b,
        "-": lambda: a - b,
        "*": lambda: a * b,
        "//": lambda: a // b,
        "/": lambda: a / b,
        "%": lambda: a % b,
        "<": lambda: a < b,
        "<=": lambda: a <= b,
        ">": lambda: a > b,
        ">=": lambda: a >= b,
    }[op]()
