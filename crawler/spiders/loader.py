"""A spider of each site config, so that `scrapy list`, `scrapy crawl <site>` and `scrapy shell` know the sites."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from scrapy.exceptions import UsageError

from crawler.errors import ConfigError
from crawler.formats.site import Site, load_site, site_names
from crawler.spiders.site import SiteSpider

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.settings import BaseSettings


class BadSite(ConfigError, UsageError):
    """Raised by the loader for a site without a config or a config with faults; Scrapy's own commands print it and exit with code 2."""


class SiteSpiderLoader:
    """Scrapy's spider loader protocol over `CONFIGS_DIR`. A config is read when its spider is asked for, not before."""

    def __init__(self, configs: Path):
        self.configs = configs

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> Self:
        return cls(Path(settings["CONFIGS_DIR"]))

    def load(self, spider_name: str) -> type[Spider]:
        """The spider of one site. Raises BadSite when there is no such config or it has faults."""
        names = self.list()
        if spider_name not in names:
            near = difflib.get_close_matches(spider_name, names, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else "; `scrapy list` shows the sites"
            raise BadSite(f"there is no config {self.configs / spider_name}.yaml{hint}")
        return spider_class(self._site(spider_name))

    def list(self) -> list[str]:
        try:
            return site_names(self.configs)
        except ConfigError as error:
            raise BadSite(str(error)) from error

    def find_by_request(self, request: Request) -> __builtins__.list[str]:
        """Names of the sites whose host the request's is; configs with faults are passed over, `checksites` names them."""
        host = urlsplit(request.url).netloc
        return [name for name in self.list() if self._host(name) == host]

    def _host(self, name: str) -> str | None:
        try:
            return urlsplit(self._site(name).url).netloc
        except BadSite:
            return None

    def _site(self, name: str) -> Site:
        try:
            return load_site(self.configs / f"{name}.yaml")
        except ConfigError as error:
            raise BadSite(str(error)) from error


def spider_class(site: Site) -> type[SiteSpider]:
    """The spider class of a site: `SiteSpider` with the site's name and config."""
    return type("SiteSpider", (SiteSpider,), {"name": site.key, "site": site})
