"""The documentation is held to the code: every command, setting, YAML key, JSON key and exit code stands where users look for it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scrapy.settings import default_settings

from crawler import settings
from crawler.errors import ExitCode
from crawler.formats.article import article_schema
from crawler.formats.run import run_schema
from crawler.formats.site import site_schema

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def doc(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def keys(schema: dict[str, Any]) -> Iterator[str]:
    """Every property name in a JSON Schema, nested ones too."""
    for name, part in schema.get("properties", {}).items():
        yield name
        yield from keys(part)
    for part in schema.get("$defs", {}).values():
        yield from keys(part)


@pytest.mark.parametrize("command", sorted(path.stem for path in (ROOT / "crawler/commands").glob("*.py") if path.stem != "__init__"))
def test_every_command_is_in_the_readme(command: str) -> None:
    assert re.search(rf"`scrapy {command}\b", README)


@pytest.mark.parametrize("name", [name for name in vars(settings) if name.isupper() and not hasattr(default_settings, name)])
def test_every_setting_of_ours_is_documented(name: str) -> None:
    assert f"| `{name}` |" in doc("architecture.md")


@pytest.mark.parametrize("key", sorted(set(keys(site_schema()))))
def test_every_yaml_key_is_documented(key: str) -> None:
    assert f"`{key}`" in doc("site-config.md") or f".{key}`" in doc("site-config.md")


@pytest.mark.parametrize("key", sorted(set(keys(article_schema()))))
def test_every_article_key_is_documented(key: str) -> None:
    assert f"`{key}`" in doc("article.md")


@pytest.mark.parametrize("key", sorted(set(keys(run_schema()))))
def test_every_report_key_is_documented(key: str) -> None:
    assert f"`{key}`" in doc("run.md")


@pytest.mark.parametrize("code", list(ExitCode))
def test_every_exit_code_is_in_the_readme(code: ExitCode) -> None:
    table = README[README.index("| code | meaning |") :]
    assert re.search(rf"^\|[^|]*\b{code.value}\b", table, re.MULTILINE)


def test_every_dependency_says_why() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for line in project["dependencies"]:
        name = re.match(r"[A-Za-z0-9_.-]+", line)
        assert name
        assert re.search(rf"^\|[^|]*\b{re.escape(name[0])}\b", README, re.MULTILINE), name[0]


def test_every_link_to_a_file_leads_somewhere() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    for page in pages:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
