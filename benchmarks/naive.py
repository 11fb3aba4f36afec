"""What most people write: Scrapy's CrawlSpider, trafilatura in the callback, warcio fed from the response object, a feed of JSON lines."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from typing import Any

import trafilatura
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from scrapy.linkextractors import LinkExtractor
from scrapy.spiders import CrawlSpider, Rule
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter


class NaiveSpider(CrawlSpider):
    name = "naive"
    rules = (Rule(LinkExtractor(allow=r"/\d{4}/\d{2}/[^/]+\.html$"), callback="parse_story", follow=True),)

    def __init__(self, base: str, out: str) -> None:
        self.start_urls = [f"{base}/"]
        super().__init__()
        self.warc_file = open(f"{out}/naive.warc.gz", "wb")  # noqa: SIM115  closed by closed()
        self.warc = WARCWriter(self.warc_file, gzip=True)

    def parse_story(self, response: Response) -> Iterator[Any]:
        headers = [(k.decode(), v.decode()) for k, vs in response.headers.items() for v in vs]
        record = self.warc.create_warc_record(
            response.url, "response", payload=io.BytesIO(response.body), http_headers=StatusAndHeaders(f"{response.status} OK", headers)
        )
        self.warc.write_record(record)
        found = trafilatura.extract(response.text, url=response.url, output_format="json", with_metadata=True)
        if found:
            yield json.loads(found)

    def closed(self, _: str) -> None:
        self.warc_file.close()


if __name__ == "__main__":
    process = AsyncCrawlerProcess(
        {
            "LOG_LEVEL": "ERROR",
            "DOWNLOAD_DELAY": 0,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
            "FEEDS": {f"{sys.argv[2]}/naive.jsonl": {"format": "jsonlines"}},
        }
    )
    process.crawl(NaiveSpider, base=sys.argv[1], out=sys.argv[2])
    process.start()
