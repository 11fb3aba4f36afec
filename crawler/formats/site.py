"""A site's config: the model of `configs/<site>.yaml`. Only this module reads site YAML."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FeedSource(_Section):
    feed: str


class SitemapSource(_Section):
    sitemap: str


class WordpressSource(_Section):
    wordpress: str


class BloggerSource(_Section):
    blogger: str


class Listing(_Section):
    url: str
    links: str | None = None
    next: str | None = None
    max_pages: int = 10


class ListingSource(_Section):
    listing: Listing


class Follow(_Section):
    url: str
    depth: int = 2
    max_pages: int = 500


class FollowSource(_Section):
    follow: Follow


DiscoverySource = FeedSource | SitemapSource | WordpressSource | BloggerSource | ListingSource | FollowSource


class ArticleFilter(_Section):
    """Regular expressions, searched in the whole URL. `deny` wins; an empty `allow` allows all that looks like an article."""

    allow: list[str] = Field(default_factory=list)
    deny: list[str] = Field(default_factory=list)


class Rule(_Section):
    """Where a field stands on the page. Exactly one of css, xpath."""

    css: str | None = None
    xpath: str | None = None
    attribute: str | None = None
    remove: list[str] = Field(default_factory=list)


class ExtractRules(_Section):
    """Hand-written rules; they win over everything found. `until`: the last day on which they hold."""

    until: date | None = None
    headline: Rule | None = None
    section: Rule | None = None
    body: Rule | None = None
    summary: Rule | None = None
    authors: Rule | None = None
    published: Rule | None = None
    modified: Rule | None = None
    tags: Rule | None = None


class Crawl(_Section):
    """How the site is asked."""

    delay: float = 1.0
    concurrency: int = 1
    obey_robots: bool = True
    max_page_bytes: int = 16_000_000
    timeout: float = 60.0
    allow_private: list[str] = Field(default_factory=list)
    cookies: bool = False
    verify_certificates: bool = True
    max_pages: int | None = None
    max_minutes: float | None = None
    user_agent: str | None = None
    obey_noarchive: bool = False


class Site(_Section):
    """What to do with one site."""

    key: str
    """The config file's name without `.yaml`; names the site everywhere. Not a YAML key."""
    url: str
    name: str | None = None
    timezone: str | None = None
    language: str | None = None
    discover: list[DiscoverySource] = Field(default_factory=list)
    articles: ArticleFilter = Field(default_factory=ArticleFilter)
    extract: list[ExtractRules] = Field(default_factory=list)
    crawl: Crawl = Field(default_factory=Crawl)
    recheck: list[timedelta] = Field(default_factory=lambda: [timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=7), timedelta(days=30)])
    schedule: str | None = None
    expect: Literal["articles", "nothing"] = "articles"
