"""What most people write: a plain Scrapy spider, trafilatura in the callback, warcio fed from the response object."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import scrapy
import trafilatura
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.spiders import SitemapSpider
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter


class NaiveSpider(SitemapSpider):
    name = "naive"

    def __init__(self, base: str, out: str) -> None:
        self.sitemap_urls = [f"{base}/sitemap.xml"]
        super().__init__()
        self.warc_file = open(f"{out}/naive.warc.gz", "wb")  # noqa: SIM115  closed by closed()
        self.warc = WARCWriter(self.warc_file, gzip=True)
        self.lines = open(f"{out}/naive.jsonl", "w", encoding="utf-8")  # noqa: SIM115

    def parse(self, response: scrapy.http.Response) -> Any:
        headers = [(k.decode(), v.decode()) for k, vs in response.headers.items() for v in vs]
        record = self.warc.create_warc_record(
            response.url, "response", payload=io.BytesIO(response.body), http_headers=StatusAndHeaders(f"{response.status} OK", headers)
        )
        self.warc.write_record(record)
        found = trafilatura.extract(response.text, url=response.url, output_format="json", with_metadata=True)
        self.lines.write(json.dumps(json.loads(found)) + "\n" if found else "")

    def closed(self, _: str) -> None:
        self.warc_file.close()
        self.lines.close()


if __name__ == "__main__":
    process = AsyncCrawlerProcess(
        {"LOG_LEVEL": "ERROR", "TELNETCONSOLE_ENABLED": False, "DOWNLOAD_DELAY": 0, "CONCURRENT_REQUESTS_PER_DOMAIN": 8}
    )
    process.crawl(NaiveSpider, base=sys.argv[1], out=sys.argv[2])
    process.start()
