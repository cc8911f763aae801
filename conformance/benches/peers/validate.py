"""Times fastjsonschema, which the official Python SDK uses, on the requests of the benches.

    python validate.py SCHEMA CORPUS_FOLDER SECONDS

Prints one line of JSON for each request: its name and the nanoseconds that a verdict takes, the median of five runs.
The verdicts are asserted: a file's name says whether the request is valid.
"""

import json
import pathlib
import statistics
import sys
import time

import fastjsonschema

schema, corpus, seconds = sys.argv[1], pathlib.Path(sys.argv[2]), float(sys.argv[3])
validate = fastjsonschema.compile(json.loads(pathlib.Path(schema).read_text()))


def is_valid(value):
    try:
        validate(value)
        return True
    except fastjsonschema.JsonSchemaException:
        return False


def timed(value, budget):
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < budget or count == 0:
        is_valid(value)
        count += 1
    return (time.perf_counter() - start) / count * 1e9


for path in sorted(corpus.glob("*.json")):
    value = json.loads(path.read_text())
    name = path.stem.split(" ", 1)[1]
    assert is_valid(value) == name.endswith(", valid"), name
    print(json.dumps({"name": name, "ns": statistics.median(timed(value, seconds / 5) for _ in range(5))}), flush=True)
