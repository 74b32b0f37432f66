"""The subject's side of the protocol, for adapters in Python: each operation in a thread of its own.

A thread cannot be ended from outside. So a cancel is answered, and what the operation still does is not heard of any more, unless the
adapter knows how to stop it.
"""

import json
import os
import sys
import threading

# What a library prints goes to the error output; the protocol alone writes to the output.
OUT = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
LOCK = threading.Lock()
running = {}
operation = threading.local()


class Skipped(Exception):
    """An operation that cannot be done here, and why."""


def write(message):
    OUT.write(json.dumps(message) + "\n")
    OUT.flush()


def conclude(id, **result):
    with LOCK:
        if running.pop(id, None) is not None:
            write({"type": "result", "id": id, **result})


def report(done, total):
    """Tells how far the operation of this thread is."""
    with LOCK:
        if operation.id in running:
            write({"type": "event", "id": operation.id, "event": "progress", "bytesDone": done, "bytesTotal": total})


def perform(message, act, kind_of):
    operation.id = message["id"]
    try:
        conclude(message["id"], ok=act(message["root"], message["request"]))
    except Skipped as why:
        conclude(message["id"], skipped=str(why))
    except Exception as error:  # noqa: BLE001
        failure = {"kind": kind_of(error), "message": str(error), "native": type(error).__name__}
        conclude(message["id"], error=failure)


def serve(hello, operations, kind_of, stop=None):
    """Answers lines until the input ends, then waits for what is under way.

    `stop` is given the id of a cancelled operation, and says whether that then ends by itself.
    """
    for line in sys.stdin:
        message = json.loads(line)
        id = message["id"]
        if message["type"] == "hello":
            write({"type": "hello", "id": 0, "protocol": 1, "operations": list(operations), **hello})
        elif message["type"] == "cancel":
            if stop is None or not stop(id):
                conclude(id, error={"kind": "cancelled", "message": "it was given up"})
        else:
            call = (message, operations[message["operation"]], kind_of)
            running[id] = threading.Thread(target=perform, args=call, daemon=True)
            running[id].start()
    for thread in list(running.values()):
        thread.join()
    os._exit(0)
