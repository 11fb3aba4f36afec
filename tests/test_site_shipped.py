"""What comes with the product: the configs, their schema, the documentation of every key, and the two commands."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from crawler.errors import ConfigError, ExitCode
from crawler.formats.site import check_sites, key_table, load_site, load_sites, site_schema
from crawler.formats.site.schema import EDITOR_LINE, FILE_NAME

ROOT = Path(__file__).resolve().parent.parent
CONFIGS = ROOT / "configs"


def scrapy(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "scrapy", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def test_every_shipped_config_is_good_and_says_so_to_editors() -> None:
    sites = load_sites(CONFIGS)
    assert "demo" in sites
    assert len(sites) > 12
    for file in CONFIGS.glob("*.yaml"):
        assert file.read_text(encoding="utf-8").splitlines()[0] == EDITOR_LINE


def test_the_demo_needs_three_keys_at_most() -> None:
    written = yaml.safe_load((CONFIGS / "demo.yaml").read_text(encoding="utf-8"))
    assert len(written) <= 3
    assert load_site(CONFIGS / "demo.yaml").private_addresses == {("127.0.0.1", 8765)}


def test_the_schema_file_is_what_the_command_prints() -> None:
    run = scrapy("siteschema")
    assert run.returncode == 0, run.stderr
    assert run.stdout == (CONFIGS / FILE_NAME).read_text(encoding="utf-8")
    assert json.loads(run.stdout) == site_schema()


def test_the_schema_takes_what_people_write_and_refuses_what_the_loader_refuses() -> None:
    schema = site_schema()
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    for file in CONFIGS.glob("[!_]*.yaml"):
        validator.validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    url = {"url": "http://s.example/"}
    good = [{"recheck": ["30m", "1.5d"]}, {"crawl": {"max_page_bytes": "500KB"}}, {"crawl": {"max_page_bytes": 1000}}, {"schedule": None}]
    bad = [{"recheck": ["30"]}, {"crawl": {"max_page_bytes": "x"}}, {"crawl": {"delay": -1}}, {"key": "s"}, {"discover": [{"feed": "x"}]}]
    bad += [{"extract": [{"headline": {"css": "a", "xpath": "b"}}]}, {"crawl": {"allow_private": ["localhost"]}}, {"nmae": "x"}]
    assert [more for more in good if not validator.is_valid(url | more)] == []
    assert [more for more in bad if validator.is_valid(url | more)] == []
    assert not validator.is_valid({})


def test_every_key_explains_itself_in_the_schema() -> None:
    schema = site_schema()
    for model in [schema, *schema["$defs"].values()]:
        for name, key in model["properties"].items():
            assert "description" in key or "$ref" in key, name
        assert model["additionalProperties"] is False


def test_the_documentation_has_the_table_of_keys_as_it_is() -> None:
    text = (ROOT / "docs" / "site-config.md").read_text(encoding="utf-8")
    assert key_table() in text
    run = scrapy("siteschema", "--table")
    assert run.stdout == key_table()


def test_the_examples_of_the_documentation_are_good_configs(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "site-config.md").read_text(encoding="utf-8")
    examples = [part.split("```")[0] for part in text.split("```yaml\n")[1:]]
    assert len(examples) >= 3
    for example in examples:
        config = tmp_path / "example.yaml"
        config.write_text(example if "\nurl:" in example else f"url: https://blog.example/\n{example}", encoding="utf-8")
        load_site(config)


def test_checksites_prints_a_line_for_each_good_site_and_every_fault(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text("url: http://good.example/\ndiscover: [{feed: http://good.example/feed}]\nschedule: '0 * * * *'\n")
    (tmp_path / "plain.yaml").write_text("url: http://plain.example/\n")
    settings = ("-s", f"CONFIGS_DIR={tmp_path}")
    good = scrapy("checksites", *settings)
    assert (good.returncode, good.stderr) == (ExitCode.DONE, "")
    assert good.stdout.splitlines() == [
        "good: http://good.example/ — sources: feed; schedule: 0 * * * *",
        "plain: http://plain.example/ — sources: found by itself; schedule: none",
    ]
    (tmp_path / "bad.yaml").write_text("url: http://bad.example/\ncrawl: {dely: 1}\nname: []\n")
    (tmp_path / "Bad Name.yaml").write_text("url: http://bad.example/\n")
    bad = scrapy("checksites", *settings)
    assert bad.returncode == ExitCode.USAGE
    assert bad.stdout == good.stdout
    for said in (
        "bad.yaml:2:9: crawl.dely: unknown key; did you mean `delay`?",
        "bad.yaml:3:7: name: must be text",
        "'Bad Name' cannot be a site's name",
    ):
        assert said in bad.stderr
    assert bad.stderr.endswith("3 faults in 2 files\n")
    assert scrapy("checksites", "good", *settings).returncode == ExitCode.DONE


def test_checking_sites_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="folder of site configs cannot be read"):
        check_sites(tmp_path / "absent")
    (tmp_path / "good.yaml").write_text("url: http://good.example/\n")
    with pytest.raises(ConfigError, match=r"there is no config 'god' .* did you mean 'good'\?"):
        check_sites(tmp_path, ["god"])
    run = scrapy("checksites", "absent")
    assert run.returncode == ExitCode.USAGE
    assert "there is no config 'absent'" in run.stderr
    assert "Traceback" not in run.stderr
