"""The keys of a site config for editors (JSON Schema) and for readers (a Markdown table)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from crawler.formats.site.model import SiteConfig

FILE_NAME = "site.schema.json"
"""Name of the schema beside the configs; their first line names it to editors."""

EDITOR_LINE = f"# yaml-language-server: $schema={FILE_NAME}"

_WORDS = {"boolean": "true or false", "integer": "whole number", "number": "number", "object": "mapping"}


class _Untitled(GenerateJsonSchema):
    """Without the titles that pydantic makes of key names; editors show the key itself."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic's signature
        return False


def site_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a site config. Durations and sizes are the strings that people write."""
    schema = SiteConfig.model_json_schema(schema_generator=_Untitled)
    return {"$schema": GenerateJsonSchema.schema_dialect, **schema, "title": "Site config of newsarchive"}


def key_table() -> str:
    """Every key with type, default, example and meaning, as a Markdown table. The keys of a rule stand once, under `RULE`."""
    schema = site_schema()
    models: dict[str, Any] = schema["$defs"]
    rows = ["| Key | Type | Default | Example | Meaning |", "|---|---|---|---|---|"]
    rows += [_row(path, key, required) for path, key, required in _keys(schema, models, "")]
    rows += [_row(path, key, required) for path, key, required in _keys(models["Rule"], models, "RULE")]
    return "\n".join(rows) + "\n"


def _keys(model: dict[str, Any], models: dict[str, Any], path: str) -> Iterator[tuple[str, dict[str, Any], bool]]:
    for name, key in model["properties"].items():
        here = f"{path}.{name}" if path else name
        parts = _parts(key)
        yield here, models[parts[0]] | key if parts else key, name in model.get("required", ())
        for part in parts:
            if part != "Rule":
                yield from _keys(models[part], models, f"{here}[]" if key.get("type") == "array" else here)


def _parts(key: dict[str, Any]) -> list[str]:
    """Names of the models that stand under a key."""
    inner = key.get("items", key)
    choices = inner.get("oneOf", inner.get("anyOf", [inner]))
    return [choice["$ref"].rsplit("/", 1)[-1] for choice in choices if "$ref" in choice]


def _row(path: str, key: dict[str, Any], required: bool) -> str:
    default = ("one an entry" if re.fullmatch(r"discover\[\]\.\w+", path) else "**needed**") if required else "—"
    if key.get("default") is not None:
        default = _code(key["default"])
    examples = ", ".join(_code(example) for example in key.get("examples", [])) or "—"
    return f"| `{path}` | {_type(key)} | {default} | {examples} | {key['description']} |".replace("\\|", "&#124;")


def _type(key: dict[str, Any]) -> str:
    """The type in words, with its unit where it has one."""
    if key.get("type") == "array":
        parts = _parts(key)
        return "list of " + ("mappings" if parts else f"{_type(key['items'])}s".replace("Ts", "T entries"))
    choice = next((choice for choice in key.get("anyOf", ()) if choice.get("type") != "null"), key) if "x-type" not in key else key
    if "$ref" in choice:
        return "RULE" if choice["$ref"].endswith("/Rule") else "mapping"
    return choice.get("x-type") or _WORDS[choice["type"]] + (f" of {key['x-unit']}" if "x-unit" in key else "")


def _code(value: object) -> str:
    if isinstance(value, list):
        return f"`[{', '.join(map(str, value))}]`"
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"
