"""The keys of `configs/<site>.yaml`. Their descriptions become the JSON Schema and the documentation."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Self
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field, field_validator, model_validator

from crawler.formats.site.notify import Notify
from crawler.formats.site.sources import DiscoverySource, Section
from crawler.formats.site.values import (
    Contact,
    Cron,
    Css,
    Day,
    Duration,
    HeaderText,
    HostPort,
    Language,
    Line,
    Regex,
    Size,
    Timezone,
    Url,
    Xpath,
    parse_host_port,
)

KEY_PATTERN = r"^[a-z0-9][a-z0-9._-]{0,63}$"


class ArticleFilter(Section):
    """Regular expressions, searched in the whole URL."""

    allow: list[Regex] = Field(
        default_factory=list,
        description="Expressions of which one must be found in an article's URL; empty: all that looks like an article.",
        examples=[r"/\d{4}/\d{2}/[^/]+\.html$"],
    )
    deny: list[Regex] = Field(
        default_factory=list,
        description="Expressions of which none may be found in an article's URL; they win over `allow`.",
        examples=["/search/"],
    )


class Rule(Section):
    """Where a field stands on the page: exactly one of `css` and `xpath`."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["css"]}, {"required": ["xpath"]}]})

    css: Css | None = Field(default=None, description="CSS selector of the element.", examples=["h1.post-title"])
    xpath: Xpath | None = Field(
        default=None, description="XPath 1.0 expression of the element, attribute or text.", examples=["//meta[@name='author']/@content"]
    )
    attribute: Line | None = Field(
        default=None, description="Attribute that holds the value; left out, the element's text.", examples=["datetime"]
    )
    remove: list[Css] = Field(
        default_factory=list, description="CSS selectors of what is cut out of the element before it is read.", examples=[".share-links"]
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.css is None) == (self.xpath is None):
            raise ValueError("a rule has exactly one of css and xpath")
        return self


class ExtractRules(Section):
    """Where fields stand; what a rule finds wins over what is found without. The last day of a set is `until`."""

    until: Day | None = Field(
        default=None,
        description="Last day (UTC, of the capture) on which these rules hold; left out, they hold for ever.",
        examples=["2025-06-30"],
    )
    headline: Rule | None = Field(default=None, description="Where the headline stands.")
    section: Rule | None = Field(default=None, description="Where the section stands.")
    body: Rule | None = Field(default=None, description="The element that holds the body.")
    summary: Rule | None = Field(default=None, description="Where the summary stands.")
    authors: Rule | None = Field(default=None, description="Where the authors' names stand, one an element.")
    published: Rule | None = Field(default=None, description="Where the date of publication stands.")
    modified: Rule | None = Field(default=None, description="Where the date of the last change stands.")
    tags: Rule | None = Field(default=None, description="Where the tags stand, one an element.")


class Crawl(Section):
    """How the site is asked."""

    delay: float = Field(
        default=1.0,
        ge=0,
        le=3600,
        description="Pause between two requests to the site.",
        examples=[2.5],
        json_schema_extra={"x-unit": "seconds"},
    )
    concurrency: int = Field(default=1, ge=1, le=16, description="Requests to the site under way at the same time.", examples=[2])
    obey_robots: bool = Field(default=True, description="Whether robots.txt is obeyed (RFC 9309).", examples=[False])
    obey_noarchive: bool = Field(
        default=False, description="Whether pages that say `noarchive` (X-Robots-Tag or meta) are left out.", examples=[True]
    )
    max_page_bytes: Size = Field(
        default=16_000_000,
        description="Largest answer, on the wire and after decoding; a longer one is cut and marked as cut.",
        examples=["16MB"],
        json_schema_extra={"default": "16MB"},
    )
    timeout: float = Field(
        default=60.0,
        gt=0,
        le=3600,
        description="Longest time for one URL, all its bytes included.",
        examples=[30],
        json_schema_extra={"x-unit": "seconds"},
    )
    max_pages: int | None = Field(default=None, ge=1, description="Pages fetched at most in one run; left out, no limit.", examples=[5000])
    max_minutes: float | None = Field(
        default=None,
        gt=0,
        description="Longest time for one run; left out, no limit.",
        examples=[90],
        json_schema_extra={"x-unit": "minutes"},
    )
    allow_private: list[HostPort] = Field(
        default_factory=list,
        description="Private or loopback addresses that may be connected to, each one exact HOST:PORT: for a blog on an intranet.",
        examples=["127.0.0.1:8765"],
    )
    cookies: bool = Field(
        default=False, description="Whether cookies are kept and sent back during a run; they make pages personal.", examples=[True]
    )
    verify_certificates: bool = Field(
        default=True, description="Whether a certificate that cannot be verified is a failure.", examples=[False]
    )
    user_agent: HeaderText | None = Field(
        default=None,
        description="User-Agent header, whole; left out, the product's name and version with `contact`.",
        examples=["examplebot/1.0 (+https://library.example/bot)"],
    )


class SiteConfig(Section):
    """What one site's YAML file may say. Only `url` is needed: everything else is found or has a default."""

    url: Url = Field(description="The blog's home page.", examples=["https://blog.example/"])
    name: Line | None = Field(
        default=None, description="The blog's name as people say it; also taken off the end of headlines.", examples=["Example Blog"]
    )
    timezone: Timezone | None = Field(default=None, description="IANA name of the zone of dates that name none.", examples=["Europe/Paris"])
    language: Language | None = Field(default=None, description="BCP 47 tag of articles that name no language.", examples=["fr"])
    contact: Contact | None = Field(
        default=None,
        description="Where a publisher reaches the operator; sent in the User-Agent and noted in each WARC.",
        examples=["https://library.example/bot"],
    )
    discover: list[DiscoverySource] = Field(
        default_factory=list, description="Where articles are found, each entry of one kind; left out, what the site itself announces."
    )
    articles: ArticleFilter = Field(default_factory=ArticleFilter, description="Which URLs are articles.")
    extract: list[ExtractRules] = Field(
        default_factory=list, description="Where fields stand on the page, oldest rules first, each set but the last with `until`."
    )
    crawl: Crawl = Field(default_factory=Crawl, description="How the site is asked.")
    recheck: list[Duration] = Field(
        default=[timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=7), timedelta(days=30)],
        description="Ages at which an article is looked at again, growing; empty: never.",
        examples=["6h"],
        json_schema_extra={"default": ["1h", "6h", "1d", "7d", "30d"]},
    )
    schedule: Cron | None = Field(
        default=None,
        description="When the site is due, as a cron line in the time of `timezone` (UTC where none is given); left out, only by hand.",
        examples=["*/30 * * * *"],
    )
    notify: Notify = Field(default_factory=Notify, description="Who is told how runs go, and when the site breaks or recovers.")

    @field_validator("recheck")
    @classmethod
    def _ages_grow(cls, ages: list[timedelta]) -> list[timedelta]:
        if any(earlier >= later for earlier, later in pairwise(ages)):
            raise ValueError("ages must grow from entry to entry")
        return ages

    @field_validator("extract")
    @classmethod
    def _days_grow(cls, sets: list[ExtractRules]) -> list[ExtractRules]:
        days = [rules.until for rules in sets]
        if None in days[:-1]:
            raise ValueError("only the last set of rules may be without `until`; the ones after it would never be used")
        if any(earlier >= later for earlier, later in pairwise(day for day in days if day)):
            raise ValueError("the days of `until` must grow from entry to entry")
        return sets

    @property
    def home(self) -> str:
        """`url` with a path and without fragment: the address that is fetched."""
        parts = urlsplit(self.url)
        return urlunsplit(parts._replace(path=parts.path or "/", fragment=""))

    @property
    def zone(self) -> ZoneInfo | None:
        """The zone of dates that name none, or None where the config does not say."""
        return ZoneInfo(self.timezone) if self.timezone else None

    @property
    def private_addresses(self) -> frozenset[tuple[str, int]]:
        """`crawl.allow_private` as pairs of host (lower case, IPv6 without brackets) and port."""
        return frozenset(parse_host_port(pair) for pair in self.crawl.allow_private)

    def rules_at(self, day: date) -> ExtractRules:
        """The rules that hold on `day`, the UTC day of a capture: the first set whose `until` is that day or later, or that has none.

        Where every set has run out, no rule holds, and an empty set is returned.
        """
        return next((rules for rules in self.extract if rules.until is None or day <= rules.until), ExtractRules())


class Site(SiteConfig):
    """What to do with one site: its config under the name by which it is known everywhere."""

    key: str = Field(pattern=KEY_PATTERN, description="The config file's name without `.yaml`. Not a key of the YAML.")
