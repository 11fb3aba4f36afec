"""Whatever bytes lie in a config, the answer is a Site or a ConfigError; whatever text a check gets, a value or a ValueError."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crawler.errors import ConfigError
from crawler.formats.site import Site, load_site, values
from crawler.formats.site.values import parse_duration, parse_size, write_duration, write_size

WORDS = [
    "url",
    "http://s.example/",
    "crawl",
    "delay",
    "discover",
    "feed",
    "listing",
    "extract",
    "until",
    "2025-01-01",
    "headline",
    "css",
    "recheck",
    "1h",
    "articles",
    "allow",
    "<<",
    "&a",
    "*a",
    "!!str",
    "!",
    "|",
    ">",
    "?",
    ": ",
    "- ",
    "\n",
    "\n  ",
    "\t",
    "{",
    "}",
    "[",
    "]",
    ",",
    "'",
    '"',
    "\\",
    "#",
    "%YAML 1.2",
    "---",
    "...",
    "~",
    "\u2028",
    "\x85",
    "\r",
]
GOOD = b"""url: http://s.example/
discover: [{feed: "http://s.example/feed"}, {listing: {url: http://s.example/, links: h2 a}}]
extract:
  - {until: 2025-01-01, headline: {css: h1}}
  - body: {xpath: "//div", remove: [.ad]}
crawl: {delay: 1, max_page_bytes: 16MB, allow_private: ["127.0.0.1:80"]}
recheck: [1h, 6h]
schedule: "*/5 * * * *"
"""
CHECKS = [getattr(values, name) for name in dir(values) if name.startswith(("check_", "parse_")) and name != "parse_css"]
THOROUGH = settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example], derandomize=True
)


@pytest.fixture(scope="module")
def config() -> Path:
    return Path(tempfile.mkdtemp()) / "fuzz.yaml"


def load(config: Path, data: bytes) -> None:
    config.write_bytes(data)
    outcome = _outcome(load_site, config, ConfigError)
    assert isinstance(outcome, Site) or str(config) in outcome
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]", str(outcome))


def _outcome(step: Callable[[Any], object], argument: object, expected: type[Exception]) -> Any:
    """What the step gives, or the message of the one error that it may raise. Any other error fails the test."""
    try:
        return step(argument)
    except expected as error:
        return str(error)


@THOROUGH
@given(data=st.binary(max_size=200))
@example(data=b"%YAML " + b"9" * 5000 + b".1\n--- \n")
@example(data=b'url: "\\UFFFFFFFF"')
@example(data=b"? ? ? a\n")
@example(data=b"\xef\xbb\xbf")
@example(data=b"!<tag:yaml.org,2002:map> 3")
@example(data=b"!!map []")
@example(data=b"url: !!seq {}")
@example(data=b"&a *a")
def test_any_bytes(config: Path, data: bytes) -> None:
    load(config, data)


@THOROUGH
@given(words=st.lists(st.sampled_from(WORDS), max_size=30))
def test_any_shape_of_yaml(config: Path, words: list[str]) -> None:
    load(config, "".join(words).encode())


@THOROUGH
@given(at=st.integers(0, len(GOOD)), cut=st.integers(0, 20), new=st.one_of(st.sampled_from(WORDS), st.text(max_size=4)))
def test_a_good_config_with_a_wrong_stroke(config: Path, at: int, cut: int, new: str) -> None:
    load(config, GOOD[:at] + new.encode("utf-8", "surrogatepass") + GOOD[at + cut :])


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: str(check.__name__))
@settings(max_examples=150, deadline=None, derandomize=True)
@given(text=st.one_of(st.text(), st.text("0123456789*/,-LW#MONJAN ?()[]{}+\\.:^$|<>='\"@hmsdwKMGiB", max_size=25)))
@example(text="(" * 1000)
@example(text=":not(" * 200)
@example(text="a " * 500)
@example(text="(?:" * 333)
@example(text="a{99999999999999999999}")
@example(text="/" * 300 + "a")
@example(text="999999999w")
@example(text="* * * * 1#1L")
@example(text="* * * * L")
@example(text="* * L/2 * *")
@example(text="a\x00b")
def test_any_text_for_a_value(check: Callable[[str], object], text: str) -> None:
    assert _outcome(check, text, ValueError) != ""


@given(seconds=st.integers(1, 36525 * 86400))
def test_durations_are_written_as_they_are_read(seconds: int) -> None:
    assert parse_duration(write_duration(timedelta(seconds=seconds))) == timedelta(seconds=seconds)


@given(size=st.integers(1, 10**12))
def test_sizes_are_written_as_they_are_read(size: int) -> None:
    assert parse_size(write_size(size)) == size
