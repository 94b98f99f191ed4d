"""The schemas of docs/schemas/, and the validation of what the program prints by them."""

import json
from pathlib import Path

DIRECTORY = Path(__file__).resolve().parents[2] / "docs/schemas"


def name_of(document):
    """The schema of a document of --format json. A dry run of deploy has that of `plan`."""
    if "error" in document:
        return "error"
    if document["command"] == "deploy" and document["outcome"] in ("would do", "in use"):
        return "plan"
    return document["command"].replace(" ", "-")


def load(name):
    return json.loads((DIRECTORY / f"{name}.schema.json").read_text())


def names():
    """All but the one that the others share."""
    return sorted({path.name.split(".")[0] for path in DIRECTORY.iterdir()} - {"common"})


def nearest(error):
    """Of alternatives none of which fits: why the one does not that fits furthest."""
    while error.context:
        error = max(error.context, key=lambda one: len(one.absolute_path))
    return error


def problems(document, name):
    """What a document has that its schema does not allow, as texts."""
    import jsonschema  # takes a while, and most tests need none of it
    store = {path.as_uri(): json.loads(path.read_text()) for path in DIRECTORY.glob("*.json")}
    schema = load(name)
    resolver = jsonschema.RefResolver((DIRECTORY / f"{name}.schema.json").as_uri(), schema, store)
    validator = jsonschema.Draft7Validator(schema, resolver=resolver)
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"
            for error in map(nearest, validator.iter_errors(document))]
