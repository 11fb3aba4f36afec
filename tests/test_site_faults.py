"""What is wrong with a config is said all at once: file, line, column, key, what is right, and the line with a caret."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from crawler.errors import ConfigError, ExitCode
from crawler.formats.site import load_site, load_sites

GOOD = "url: http://s.example/\n"


def faults(path: Path, text: str | bytes) -> list[str]:
    """The lines of the error that say `file:line:column: key: …`, without the file."""
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(ConfigError) as caught:
        load_site(path)
    assert caught.value.exit_code is ExitCode.USAGE
    prefix = f"{path}:"
    return [line.removeprefix(prefix) for line in str(caught.value).splitlines() if line.startswith(prefix)]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "s.yaml"


def test_four_mistakes_are_four_errors_with_line_caret_and_the_right_name(config: Path) -> None:
    text = "ulr: http://s.example/\ntimezone: Europe/Pariss\ncrawl:\n  delay: soon\narticles: {allow: ['(']}\n"
    assert faults(config, text) == [
        "1:1: ulr: unknown key; did you mean `url`?",
        "1:1: url: is missing: every site needs a line such as `url: https://blog.example/`",
        "2:11: timezone: no time zone of that name; did you mean Europe/Paris? (here 'Europe/Pariss')",
        "4:10: crawl.delay: must be a number, not 'soon'",
        "5:20: articles.allow[0]: not a regular expression: missing ), unterminated subpattern at position 0 (here '(')",
    ]
    with pytest.raises(ConfigError) as caught:
        load_site(config)
    assert f"{config}:4:10: crawl.delay: must be a number, not 'soon'\n    4 |   delay: soon\n      |          ^\n" in str(caught.value)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("naem: x", "2:1: naem: unknown key; did you mean `name`?"),
        ("key: x", "2:1: key: unknown key; known here: url, name, timezone"),
        ("delay: 2", "2:1: delay: unknown key here; it belongs under `crawl`"),
        ("crawl: {timezone: UTC}", "2:9: crawl.timezone: unknown key here; it belongs under the top level"),
        ("extract: [{title: {css: h1}}]", "2:12: extract[0].title: unknown key; here it is called `headline`"),
        ("name: [a]", "2:7: name: must be text, not a list"),
        ("name: ''", "2:7: name: must not be empty"),
        ("name: 'a\n\n  b'", "2:7: name: must be one line"),
        ("crawl: fast", "2:8: crawl: must be a mapping (key: value), not 'fast'"),
        ("crawl: {concurrency: 1.5}", "2:22: crawl.concurrency: must be a whole number, not '1.5'"),
        ("crawl: {concurrency: 0}", "2:22: crawl.concurrency: must be at least 1, not '0'"),
        ("crawl: {concurrency: 99}", "2:22: crawl.concurrency: must be at most 16, not '99'"),
        ("crawl: {delay: .nan}", "2:16: crawl.delay: must be a number"),
        ("crawl: {delay: inf}", "2:16: crawl.delay: must be a finite number"),
        ("crawl: {timeout: 0}", "2:18: crawl.timeout: must be more than 0, not '0'"),
        ("crawl: {cookies: perhaps}", "2:18: crawl.cookies: must be true or false, not 'perhaps'"),
        ("crawl: {max_page_bytes: 16 Moo}", "2:25: crawl.max_page_bytes: must be a number of bytes or a size such as"),
        ("crawl: {max_page_bytes: 0}", "2:25: crawl.max_page_bytes: must be at least one byte"),
        ("crawl: {allow_private: [127.0.0.1]}", "2:25: crawl.allow_private[0]: must be one exact HOST:PORT"),
        ("crawl: {allow_private: ['*:80']}", "2:25: crawl.allow_private[0]: must be one exact HOST:PORT"),
        ("crawl: {allow_private: ['10.0.0.0/8:80']}", "2:25: crawl.allow_private[0]: must be one exact HOST:PORT"),
        ("crawl: {allow_private: ['http://127.0.0.1:80']}", "2:25: crawl.allow_private[0]: must be one exact HOST:PORT"),
        ("crawl: {allow_private: ['a:70000']}", "2:25: crawl.allow_private[0]: must be one exact HOST:PORT"),
        ('crawl: {user_agent: "a\\nCookie: x"}', "2:21: crawl.user_agent: must be one line without control characters"),
        ("crawl: {user_agent: žák}", "2:21: crawl.user_agent: must be printable ASCII"),
        ("contact: me", "2:10: contact: must be an e-mail address or a URL"),
        ("language: Norwegian Bokmål", "2:11: language: must be a BCP 47 tag"),
        ("timezone: europe/paris", "2:11: timezone: no time zone of that name; did you mean Europe/Paris?"),
        ("timezone: new york", "2:11: timezone: no time zone of that name; did you mean America/New_York?"),
        ("timezone: ../../etc/passwd", "2:11: timezone: no time zone of that name"),
        ("timezone: Europe", "2:11: timezone: no time zone of that name"),
        ("schedule: '* * * *'", "2:11: schedule: a cron line has five fields"),
        ("schedule: '0 25 * * *'", "2:11: schedule: not a cron line: Bad hour"),
        ("schedule: '0 0 30 2 *'", "2:11: schedule: not a cron line: Bad day-of-month"),
        ("recheck: 1h", "2:10: recheck: must be a list"),
        ("recheck: [1h, 30]", "2:15: recheck[1]: must be a number with a unit"),
        ("recheck: [0h]", "2:11: recheck[0]: must be longer than nothing"),
        ("recheck: [999999999w]", "2:11: recheck[0]: must be longer than nothing and at most a hundred years"),
        ("recheck: [6h, 1h]", "2:10: recheck: ages must grow from entry to entry"),
        ("discover: {feed: http://s.example/feed}", "2:11: discover: must be a list"),
        ("discover: [http://s.example/feed]", "2:12: discover[0]: must be one of feed, sitemap, wordpress, blogger, listing, follow"),
        ("discover: [{fed: http://s.example/feed}]", "2:13: discover[0].fed: unknown key; did you mean `feed`?"),
        ("discover: [{}]", "2:12: discover[0]: must have exactly one of feed,"),
        ("discover: [{feed: http://a.example/, sitemap: http://a.example/}]", "2:12: discover[0]: must have exactly one of feed,"),
        ("discover: [{feed: /feed}]", "2:19: discover[0].feed: must be a whole URL"),
        ("discover: [{feed: }]", "2:12: discover[0]: must have exactly one of feed,"),
        ("discover: [{listing: {links: a}}]", "2:22: discover[0].listing.url: is missing"),
        ("discover: [{listing: {url: http://a.example/, lnks: a}}]", "2:47: discover[0].listing.lnks: unknown key; did you mean `links`?"),
        ("discover: [{listing: {url: http://a.example/, links: 'a['}}]", "2:54: discover[0].listing.links: not a CSS selector"),
        (
            "discover: [{listing: {url: http://a.example/, next: http://a.example/2}}]",
            "2:53: discover[0].listing.next: a URL of further pages has {page}",
        ),
        ("discover: [{listing: {url: http://a.example/, links: '//a['}}]", "2:54: discover[0].listing.links: not an XPath 1.0 expression"),
        ("discover: [{listing: {url: http://a.example/, next: 'http://{page}:x/'}}]", "2:53: discover[0].listing.next: not a URL"),
        ("extract: [{headline: h1}]", "2:22: extract[0].headline: must be a mapping"),
        ("extract: [{headline: {remove: [a]}}]", "2:22: extract[0].headline: a rule has exactly one of css and xpath"),
        ("extract: [{headline: {css: a, xpath: //a}}]", "2:22: extract[0].headline: a rule has exactly one of css and xpath"),
        ("extract: [{headline: {css: 'h1::text'}}]", "2:28: extract[0].headline.css: pseudo-elements are not read here"),
        ("extract: [{headline: {xpath: '//a['}}]", "2:30: extract[0].headline.xpath: not an XPath 1.0 expression"),
        ("extract: [{headline: {xpath: 'nosuch(//a)'}}]", "2:30: extract[0].headline.xpath: not an XPath 1.0 expression"),
        ("extract: [{headline: {xpath: 'count(//a)'}}]", "2:30: extract[0].headline.xpath: must give elements, attributes or text"),
        ("extract: [{until: 30.6.2025}]", "2:19: extract[0].until: must be a day such as 2025-06-30"),
        ("extract: [{until: 2025-02-30}]", "2:19: extract[0].until: must be a day such as 2025-06-30"),
        ("extract: [{until: 20250630}]", "2:19: extract[0].until: must be a day such as 2025-06-30"),
        ("extract: [{until: 2025-01-02}, {until: 2025-01-01}]", "2:10: extract: the days of `until` must grow"),
        ("extract: [{headline: {css: a}}, {until: 2025-01-01}]", "2:10: extract: only the last set of rules may be without `until`"),
        ("articles: {deny: ['[[a]']}", "2:19: articles.deny[0]: not a regular expression: Possible nested set"),
        ("articles: {allow: /x/}", "2:19: articles.allow: must be a list"),
        ("articles: {allow: [~]}", "2:20: articles.allow[0]: must be text, not nothing"),
    ],
)
def test_each_mistake_is_said_where_it_stands(config: Path, line: str, expected: str) -> None:
    [fault] = faults(config, f"{GOOD}{line}\n")
    assert fault.startswith(expected)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://s.example/",
        "//s.example/",
        "s.example",
        "http://",
        "http:///path",
        "file:///etc/passwd",
        "http://a b/",
        "http://[::1",
        "http://h:99999/",
        "http://h:0/",
        "http://-/",
    ],
)
def test_only_whole_http_urls_are_urls(config: Path, url: str) -> None:
    [fault] = faults(config, f"url: '{url}'\n")
    assert fault.startswith("1:6: url: ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "1:1: url: is missing: the file is empty"),
        ("# nothing\n", "1:1: url: is missing: the file is empty"),
        ("- url: http://s.example/\n", "1:1: must be a mapping"),
        ("http://s.example/\n", "1:1: must be a mapping"),
        ("\turl: http://s.example/\n", "1:1: not valid YAML: a tab; YAML is indented with spaces"),
        (GOOD + "crawl:\n\tdelay: 1\n", "3:1: not valid YAML: a tab; YAML is indented with spaces"),
        (GOOD + "---\nurl: http://t.example/\n", "2:1: a second document begins here"),
        (" " + GOOD + "name: x\n", "2:1: not valid YAML: this does not fit what stands above it; check the indentation"),
        (GOOD + "crawl:\n  delay: 1\n cookies: no\n", "4:2: not valid YAML: this does not fit what stands above it; check the indentation"),
        (GOOD + "name: @home\n", "2:7: not valid YAML: '@' cannot begin a value; put the value in quotes"),
        (GOOD + "name: a: b\n", "2:8: not valid YAML: a colon cannot stand here"),
        (GOOD + "name: 'a\n", "3:1: not valid YAML: found unexpected end of stream (while scanning a quoted scalar that began in line 2)"),
        (GOOD + "name: [a\n", "3:1: not valid YAML:"),
        (GOOD + 'name: "\\UFFFFFFFF"\n', "2:"),
        (GOOD + "url: http://t.example/\n", "2:1: url: is given twice; first in line 1"),
        (GOOD + "crawl: {delay: 1, delay: 2}\n", "2:19: crawl.delay: is given twice; first in line 2"),
        (GOOD + "crawl: &c {delay: 1}\narticles: *c\n", "3:11: articles: aliases are not read"),
        (GOOD + "<<: {name: x}\n", "2:1: merge keys (<<) are not read"),
        (GOOD + "name: !!python/name:os.system x\n", "2:7: name: tags are not read: 'tag:yaml.org,2002:python/name:os.system'"),
        (GOOD + 'name: "\\e[31mred"\n', "2:7: name: holds a character that is no text"),
        (GOOD + 'name: "\\uD800"\n', "2:7: name: holds a character that is no text"),
        (GOOD + "[a, b]: c\n", "2:1: a key must be plain text"),
        (b"url: http://s.example/\nname: caf\xe9\n", "2:10: is not UTF-8: byte 0xe9"),
        (b"url: \x00\n", "1:6: not valid YAML: character U+0000 may not stand in it"),
        (GOOD + "name: " + "[" * 100, "2:38: not valid YAML: more than 32 levels of nesting"),
        (GOOD + "a:\n" + "- \n" * 30_000, "not valid YAML: more than 20000 keys and values"),
    ],
)
def test_what_is_no_plain_yaml_is_refused(config: Path, text: str | bytes, expected: str) -> None:
    assert any(expected in fault for fault in faults(config, text))


def test_an_alias_bomb_is_refused_at_once(config: Path) -> None:
    lines = ["a: &a [x]"] + [f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]" for old, new in zip("abcdefgh", "bcdefghi", strict=True)]
    assert "2:8: b[0]: aliases are not read; write the value out, or share it in _defaults.yaml" in faults(config, "\n".join(lines))


def test_a_refused_url_is_not_said_to_be_missing_too(config: Path) -> None:
    assert faults(config, "name: &n x\nurl: *n\n") == ["2:6: url: aliases are not read; write the value out, or share it in _defaults.yaml"]


def test_many_faults_are_cut_short(config: Path) -> None:
    config.write_text(GOOD + "".join(f"zz{number}: 1\n" for number in range(200)))
    with pytest.raises(ConfigError, match=r"… and 150 more faults$"):
        load_site(config)


def test_faults_of_shared_values_name_the_shared_file_once(tmp_path: Path) -> None:
    (tmp_path / "_defaults.yaml").write_text("crawl:\n  dely: 5\nurl: http://s.example/\nrecheck: [6h, 1h]\n")
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text(GOOD + "recheck: [1d]\n" + "nmae: x\n")
    with pytest.raises(ConfigError) as caught:
        load_sites(tmp_path)
    said = [line.removeprefix(f"{tmp_path}/") for line in str(caught.value).splitlines() if line.startswith(str(tmp_path))]
    assert said == [
        "_defaults.yaml:2:3: crawl.dely: unknown key; did you mean `delay`?",
        "_defaults.yaml:3:1: url: belongs to each site and cannot be shared",
        "_defaults.yaml:4:10: recheck: ages must grow from entry to entry",
        "one.yaml:3:1: nmae: unknown key; did you mean `name`?",
        "two.yaml:3:1: nmae: unknown key; did you mean `name`?",
    ]
    with pytest.raises(ConfigError, match=r"_defaults\.yaml:2:3: crawl\.dely"):
        load_site(tmp_path / "one.yaml")


def test_shared_values_that_are_no_mapping(tmp_path: Path) -> None:
    (tmp_path / "_defaults.yaml").write_text("- a\n")
    (tmp_path / "one.yaml").write_text(GOOD)
    with pytest.raises(ConfigError, match=r"_defaults\.yaml:1:1: must be a mapping"):
        load_site(tmp_path / "one.yaml")


@pytest.mark.parametrize(
    "name", ["Upper.yaml", "-a.yaml", ".hidden.yaml", "a b.yaml", "a" * 65 + ".yaml", "é.yaml", "_x.yaml", "s.yml", "s\n.yaml"]
)
def test_a_file_name_that_cannot_be_a_site(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(GOOD)
    with pytest.raises(ConfigError, match=r"cannot be a site's name|file name ends in \.yaml"):
        load_site(tmp_path / name)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "large.yaml").write_bytes(b"#" * 1_000_001)
    for name, wrong in {
        "absent": "cannot be read: No such file",
        "folder": "is no file",
        "pipe": "is no file",
        "large": "is larger than",
    }.items():
        with pytest.raises(ConfigError, match=wrong):
            load_site(tmp_path / f"{name}.yaml")


def test_neither_passwords_nor_terminal_escapes_are_shown(config: Path) -> None:
    config.write_text("url: http://user:secret@s.example/\nname: \u202egnp.exe\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_site(config)
    assert "secret" not in str(caught.value)
    assert "credentials do not belong in a URL" in str(caught.value)
    config.write_bytes(b"url: \x1b[31m\x9b\n")
    with pytest.raises(ConfigError) as caught:
        load_site(config)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", str(caught.value))


def test_a_long_line_is_cut_around_the_caret(config: Path) -> None:
    config.write_text(GOOD + "articles: {deny: [" + "'/a/', " * 300 + "'(', " + "'/b/', " * 300 + "]}\n")
    with pytest.raises(ConfigError) as caught:
        load_site(config)
    _, line, caret = str(caught.value).splitlines()
    assert len(line) < 140
    assert line[caret.index("^")] == "'"
    assert line[caret.index("^") :].startswith("'(', ")
