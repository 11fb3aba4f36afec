"""Site configs: the model of `configs/<site>.yaml` and its only reader.

`values`, `sources` and `model` say what may stand in a config, `reading` turns YAML into a tree that knows its places, `checking` and
`faults` say what is wrong and where, `loading` puts them together, `schema` tells editors and readers.
"""

from crawler.formats.site.faults import Fault
from crawler.formats.site.loading import check_sites, config_digest, load_site, load_sites, site_names
from crawler.formats.site.model import ArticleFilter, Crawl, ExtractRules, Rule, Site, SiteConfig
from crawler.formats.site.schema import key_table, site_schema
from crawler.formats.site.sources import (
    BloggerSource,
    DiscoverySource,
    FeedSource,
    Follow,
    FollowSource,
    Listing,
    ListingSource,
    SitemapSource,
    WordpressSource,
)

__all__ = [
    "ArticleFilter",
    "BloggerSource",
    "Crawl",
    "DiscoverySource",
    "ExtractRules",
    "Fault",
    "FeedSource",
    "Follow",
    "FollowSource",
    "Listing",
    "ListingSource",
    "Rule",
    "Site",
    "SiteConfig",
    "SitemapSource",
    "WordpressSource",
    "check_sites",
    "config_digest",
    "key_table",
    "load_site",
    "load_sites",
    "site_names",
    "site_schema",
]
