"""Real crawls of many sites and days in one process, for the days of a simulation on which nothing but their number matters.

Reads lines of JSON (`now`, `sites`) from standard input, crawls those sites at that time, answers each line with their exit codes.
"""

from __future__ import annotations

import asyncio
import json
import sys

from scrapy.crawler import AsyncCrawlerRunner
from scrapy.settings import Settings
from scrapy.utils.log import configure_logging
from scrapy.utils.project import get_project_settings
from scrapy.utils.reactor import install_reactor

AT_ONCE = 6


async def crawl(settings: Settings, site: str, room: asyncio.Semaphore) -> tuple[str, int]:
    async with room:
        runner = AsyncCrawlerRunner(settings)
        crawler = runner.create_crawler(site)
        await runner.crawl(crawler, scheduled="yes")
        return site, int(crawler.spider.exit_code)  # type: ignore[union-attr]


async def crawl_as_told() -> None:
    settings = get_project_settings()
    settings.setdict(json.loads(sys.argv[1]), priority="cmdline")
    configure_logging(settings)
    room = asyncio.Semaphore(AT_ONCE)
    while line := await asyncio.to_thread(sys.stdin.readline):
        asked = json.loads(line)
        settings.set("NOW", asked["now"], priority="cmdline")
        codes = await asyncio.gather(*(crawl(settings, site, room) for site in asked["sites"]))
        print(json.dumps(dict(codes)), flush=True)


if __name__ == "__main__":
    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    asyncio.get_event_loop().run_until_complete(crawl_as_told())
