"""What the model finds wrong -> faults: the place in the file, the key's path, plain words and the nearest right name."""

from __future__ import annotations

import difflib
from collections.abc import Container, Iterable, Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from crawler.formats.site.faults import Fault, Place, quoted
from crawler.formats.site.model import SiteConfig
from crawler.formats.site.reading import Node, join

Steps = list[str | int]

_WORDS = {
    "string_type": "must be text, not {found}",
    "model_type": "must be a mapping (key: value), not {found}",
    "dict_type": "must be a mapping (key: value), not {found}",
    "list_type": "must be a list (one `- entry` a line), not {found}",
    "int_type": "must be a whole number, not {found}",
    "int_parsing": "must be a whole number, not {found}",
    "int_parsing_size": "is too large a number",
    "int_from_float": "must be a whole number, not {found}",
    "float_type": "must be a number, not {found}",
    "float_parsing": "must be a number, not {found}",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false, not {found}",
    "bool_parsing": "must be true or false, not {found}",
    "greater_than_equal": "must be at least {ge}, not {found}",
    "greater_than": "must be more than {gt}, not {found}",
    "less_than_equal": "must be at most {le}, not {found}",
    "date_type": "must be a day such as 2025-06-30, not {found}",
    "date_parsing": "must be a day such as 2025-06-30, not {found}",
    "date_from_datetime_parsing": "must be a day such as 2025-06-30, not {found}",
    "date_from_datetime_inexact": "must be a day such as 2025-06-30, not {found}",
}

_OTHER_NAMES = {
    "author": "authors",
    "category": "section",
    "content": "body",
    "date": "published",
    "description": "summary",
    "keywords": "tags",
    "start_url": "url",
    "start_urls": "url",
    "title": "headline",
    "updated": "modified",
}
"""Names that other tools give to the same things."""


def faults_of(error: ValidationError, tree: Node, refused: Container[str] = ()) -> Iterator[Fault]:
    """One fault, or several, for each thing that the model found wrong in `tree`.

    Keys in `refused` had values that reading left out, with a fault of their own: they are not said to be missing.
    """
    for detail in error.errors(include_url=False):
        steps = _without_tags(list(detail["loc"]))
        if detail["type"] == "union_tag_not_found" or detail["type"] == "union_tag_invalid":
            yield from _source_faults(tree, steps)
        elif detail["type"] == "extra_forbidden":
            yield Fault(_key_place(tree, steps), _path(steps), _unknown(steps))
        elif detail["type"] == "missing":
            if _path(steps) not in refused:
                yield Fault(_place(tree, steps), _path(steps), _missing(steps))
        else:
            yield _value_fault(detail, tree, steps)


def _value_fault(detail: ErrorDetails, tree: Node, steps: Steps) -> Fault:
    context = {name: f"{value:g}" if isinstance(value, float) else value for name, value in detail.get("ctx", {}).items()}
    if detail["type"] != "value_error":
        words = _WORDS.get(detail["type"], "{message}, not {found}")
        return Fault(_place(tree, steps), _path(steps), words.format(found=_found(detail["input"]), message=detail["msg"], **context))
    message = str(context["error"])
    given = f" (here {quoted(detail['input'])})" if isinstance(detail["input"], str) and detail["input"] else ""
    return Fault(_place(tree, steps), _path(steps), message + given)


def _source_faults(tree: Node, steps: Steps) -> Iterator[Fault]:
    """What is wrong with an entry of `discover` that is of no known kind, or of two."""
    kinds = ", ".join(_names(steps))
    node = _walk(tree, steps)[-1]
    if not isinstance(node.value, dict):
        yield Fault(node.place, _path(steps), f"must be one of {kinds} with its value, such as `- feed: https://blog.example/feed/`")
        return
    unknown = [key for key in node.value if key not in _names(steps)]
    for key in unknown:
        yield Fault(node.value[key].key, _path([*steps, key]), _unknown([*steps, key]))
    if not unknown:
        yield Fault(node.place, _path(steps), f"must have exactly one of {kinds}; each source is an entry (`- `) of its own")


def _unknown(steps: Steps) -> str:
    name, names = str(steps[-1]), _names(steps[:-1])
    other = _OTHER_NAMES.get(name.lower())
    if other in names:
        return f"unknown key; here it is called `{other}`"
    homes = [f"`{path}`" if path else "the top level" for path, keys in _keys_below(SiteConfig) if name in keys]
    if homes:
        return f"unknown key here; it belongs under {' or '.join(homes)}"
    near = difflib.get_close_matches(name.lower(), names, n=1, cutoff=0.6)
    if near:
        return f"unknown key; did you mean `{near[0]}`?"
    return f"unknown key; known here: {', '.join(names)}"


def _missing(steps: Steps) -> str:
    if steps == ["url"]:
        return "is missing: every site needs a line such as `url: https://blog.example/`"
    return "is missing"


def _found(value: object) -> str:
    if isinstance(value, str):
        return quoted(value)
    return {dict: "a mapping", list: "a list", type(None): "nothing"}.get(type(value), "this")


def _without_tags(loc: Steps) -> Steps:
    """Pydantic names the kind of a source twice, once as the tag of the union."""
    return loc[:2] + loc[3:] if loc[:1] == ["discover"] and len(loc) > 2 else loc


def _path(steps: Steps) -> str:
    path = ""
    for step in steps:
        path = f"{path}[{step}]" if isinstance(step, int) else join(path, step)
    return path


def _walk(tree: Node, steps: Iterable[str | int]) -> list[Node]:
    """The nodes on the way, as far as the tree goes; the first is the root."""
    nodes = [tree]
    for step in steps:
        value = nodes[-1].value
        if isinstance(value, dict) and step in value:
            nodes.append(value[str(step)].node)
        elif isinstance(value, list) and isinstance(step, int):
            nodes.append(value[step])
        else:
            break
    return nodes


def _place(tree: Node, steps: Steps) -> Place:
    return _walk(tree, steps)[-1].place


def _key_place(tree: Node, steps: Steps) -> Place:
    parent = _walk(tree, steps[:-1])[-1].value
    if isinstance(parent, dict) and str(steps[-1]) in parent:
        return parent[str(steps[-1])].key
    return _place(tree, steps)


def _names(steps: Steps) -> list[str]:
    """The keys that may stand below `steps`."""
    models: list[type[BaseModel]] = [SiteConfig]
    for step in steps:
        if isinstance(step, str):
            models = [found for model in models if step in model.model_fields for found in _models(model.model_fields[step].annotation)]
    return [name for model in models for name in model.model_fields]


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models(part)]


def _keys_below(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, list[str]]]:
    """Every mapping of the model with the names of its keys."""
    yield path, list(model.model_fields)
    for name, field in model.model_fields.items():
        for part in _models(field.annotation):
            yield from _keys_below(part, join(path, name))
