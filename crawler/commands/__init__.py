"""One file a command: it parses arguments, calls one function below, and sets the exit code."""

from __future__ import annotations

from pathlib import Path

from scrapy.settings import BaseSettings

from crawler.errors import ConfigError
from crawler.formats.archive import Archive, SiteArchive
from crawler.formats.site import Site, check_sites, load_site


def configured_site(settings: BaseSettings | None, key: str) -> Site:
    """The site whose config in `CONFIGS_DIR` has this name. Raises ConfigError where there is none, or for its faults."""
    assert settings is not None, "Scrapy gives every command its settings before it runs"
    configs = Path(settings["CONFIGS_DIR"])
    check_sites(configs, [key])  # knows the nearest right name
    return load_site(configs / f"{key}.yaml")


def named_sites(settings: BaseSettings | None, keys: list[str]) -> list[SiteArchive]:
    """The named sites' parts of `ARCHIVE_DIR`, or all of them. Raises ConfigError for a site that has nothing stored."""
    assert settings is not None, "Scrapy gives every command its settings before it runs"
    archive = Archive(Path(settings["ARCHIVE_DIR"]))
    sites = [archive.site(key) for key in keys or archive.sites()]
    for site in sites:
        if not site.folder.is_dir():
            raise ConfigError(f"{archive.root} holds nothing of a site named {site.key!r}; it has: {', '.join(archive.sites()) or 'none'}")
    return sites
