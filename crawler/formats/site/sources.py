"""Where articles are found: the kinds of entries under `discover`."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from crawler.formats.site.values import NextPage, Selector, Url


class Section(BaseModel):
    """Part of a config: unknown keys are faults, infinite numbers are none, nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class FeedSource(Section):
    """An RSS, RDF, Atom or JSON feed."""

    feed: Url = Field(description="URL of an RSS, RDF, Atom or JSON feed.", examples=["https://blog.example/feed/"])


class SitemapSource(Section):
    """A sitemap or sitemap index."""

    sitemap: Url = Field(description="URL of a sitemap or sitemap index.", examples=["https://blog.example/sitemap.xml"])


class WordpressSource(Section):
    """The REST API of a WordPress site."""

    wordpress: Url = Field(description="Home page of a WordPress site; its REST API is asked.", examples=["https://blog.example/"])


class BloggerSource(Section):
    """The posts feed of a Blogger blog."""

    blogger: Url = Field(description="Home page of a Blogger blog; its posts feed is read to the end.", examples=["https://blog.example/"])


class Listing(Section):
    """A page that lists articles."""

    url: Url = Field(description="URL of the page that lists articles.", examples=["https://blog.example/news/"])
    links: Selector | None = Field(
        default=None, description="Selector of the links to articles; left out, the links that look like articles.", examples=["h2 a"]
    )
    next: NextPage | None = Field(
        default=None,
        description="Selector of the link to the next page, or a URL (also relative) with `{page}` in the number's place.",
        examples=["a.older"],
    )
    max_pages: int = Field(default=10, ge=1, le=100_000, description="Listing pages read at most in one run.", examples=[50])


class ListingSource(Section):
    """A page that lists articles, with selectors where needed."""

    listing: Listing = Field(description="A page that lists articles.")


class Follow(Section):
    """Where to begin following links."""

    url: Url = Field(description="URL of the page to begin at.", examples=["https://blog.example/"])
    depth: int = Field(default=2, ge=1, le=20, description="Links followed from the first page, one after another.", examples=[3])
    max_pages: int = Field(default=500, ge=1, le=1_000_000, description="Pages looked at for links at most in one run.", examples=[200])


class FollowSource(Section):
    """Links of the same site, for sites that offer nothing else."""

    follow: Follow = Field(description="Follow links of the same site; for sites that offer nothing else.")


def _kind(value: Any) -> str | None:
    names = set(value) if isinstance(value, dict) else getattr(type(value), "model_fields", {}).keys()
    return next(iter(names)) if len(names) == 1 else None


DiscoverySource = Annotated[
    Annotated[FeedSource, Tag("feed")]
    | Annotated[SitemapSource, Tag("sitemap")]
    | Annotated[WordpressSource, Tag("wordpress")]
    | Annotated[BloggerSource, Tag("blogger")]
    | Annotated[ListingSource, Tag("listing")]
    | Annotated[FollowSource, Tag("follow")],
    Discriminator(_kind),
]
