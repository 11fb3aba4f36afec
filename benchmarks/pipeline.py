"""The whole pipeline beside a naive one, in one run on this machine: `make bench`.

    python benchmarks/pipeline.py [--pages 300] [--kilobytes 150] [--layouts newspaper,blogger] [--rows naive,unknown,…]

Every row fetches the same pages from the same loopback server, keeps a WARC and writes JSON. Figures are of whole processes with all
their children. What to quote is the ratio to the naive row: machines differ and are noisy. The time that a command takes before its
first page is measured with a crawl of a few pages and told apart from what each page costs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from layouts import LAYOUTS
from measuring import Cost, adopt_orphans, measure
from serving import serve

FEW = 10
"""Pages of the crawl that shows what a start costs."""

BODY_RULE = """\
extract:
  - body: {css: ".article__body, .entry-content, .gh-content", remove: [".ad", ".related-inline", ".sharedaddy", ".jp-relatedposts"]}
"""
ALL_RULES = (
    BODY_RULE
    + """\
    headline: {css: "h1.article__headline, h1.entry-title, h3.post-title, h1.gh-article-title"}
    section: {css: ".article__kicker, .cat-links a, .post-labels a, a.gh-article-tag"}
    authors: {css: ".article__byline a, .author a, .post-author .fn, .gh-article-author-name a"}
    published: {css: "main time[datetime]", attribute: datetime}
"""
)


@dataclass(frozen=True, slots=True)
class Row:
    """One way to crawl. `run` takes the server's address and an empty folder."""

    name: str
    run: Callable[[str, Path], Cost]


def ours(settings: tuple[str, ...] = (), rules: str = "") -> Callable[[str, Path], Cost]:
    def run(base: str, folder: Path) -> Cost:
        (folder / "configs").mkdir()
        host = base.removeprefix("http://")
        (folder / "configs" / "bench.yaml").write_text(
            f'url: {base}/\ndiscover: [{{sitemap: "{base}/sitemap.xml"}}]\n'
            f'crawl: {{delay: 0, concurrency: 8, allow_private: ["{host}"]}}\n{rules}'
        )
        places = ["-s", f"CONFIGS_DIR={folder / 'configs'}", "-s", f"ARCHIVE_DIR={folder / 'archive'}"]
        given = [part for setting in settings for part in ("-s", setting)]
        return measure([sys.executable, "-m", "crawler", "crawl", "bench", *places, *given], folder)

    return run


def naive(base: str, folder: Path) -> Cost:
    return measure([sys.executable, str(Path(__file__).with_name("naive.py")), base, str(folder)], folder)


ROWS = {
    "naive": Row("Scrapy + trafilatura + warcio, naive", naive),
    "unknown": Row("unknown site, nothing learnt", ours(("EXTRACTION_TEMPLATES=0",))),
    "learned": Row("learned templates, learning included", ours()),
    "body": Row("rule for the body, the rest found", ours((), BODY_RULE)),
    "rules": Row("rules for all fields", ours((), ALL_RULES)),
}


@dataclass(frozen=True, slots=True)
class Result:
    """One row measured: the whole crawl, and what each page costs beyond the start."""

    whole: Cost
    start_cpu: float
    each_cpu: float
    lines: int
    stored: int


def result(row: Row, full: tuple[str, int], few: tuple[str, int]) -> Result:
    """`full` and `few`: address and number of pages of the two sites."""
    costs = []
    for base, _ in (few, full):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            costs.append(row.run(base, folder))
            lines = sum(file.read_bytes().count(b"\n") for file in folder.rglob("*.jsonl") if not file.name.endswith(".crawl.jsonl"))
            stored = sum(file.stat().st_size for file in folder.rglob("*.warc.gz"))
    each = (costs[1].cpu - costs[0].cpu) / (full[1] - few[1])
    return Result(costs[1], costs[0].cpu - few[1] * each, each, lines, stored)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--kilobytes", type=int, default=150, help="size of a page before compression")
    parser.add_argument("--layouts", default="newspaper,blogger", help=f"of {', '.join(LAYOUTS)}; pages take them in turn")
    parser.add_argument("--rows", default=",".join(ROWS), help=f"of {', '.join(ROWS)}")
    given = parser.parse_args()
    layouts = tuple(given.layouts.split(","))
    adopt_orphans()
    full, few = serve(given.pages, given.kilobytes, layouts), serve(FEW, given.kilobytes, layouts)
    print(f"{given.pages} pages of {given.kilobytes} KiB in {len(layouts)} layouts ({given.layouts}), gzip on the wire\n")
    print(
        f"{'':38}{'articles':>9}{'CPU ms':>9}{'of naive':>9}{'start':>8}{'pages':>8}{'of naive':>9}{'peak':>7}{'first 1/5':>10}"
        f"{'last 1/5':>9}{'WARC':>7}\n{'':38}{'':>9}{'a page':>9}{'':>9}{'CPU s':>8}{'a s':>8}{'':>9}{'MB':>7}{'MB':>10}{'MB':>9}{'MB':>7}"
    )
    first: Result | None = None
    for key in given.rows.split(","):
        one = result(ROWS[key], (full[1], given.pages), (few[1], FEW))
        first = first or one
        print(_line(ROWS[key].name, one, first, given.pages), flush=True)
    for server, _ in (full, few):
        server.shutdown()


def _line(name: str, one: Result, first: Result, pages: int) -> str:
    speed = pages / one.whole.wall
    return (
        f"{name:38}{one.lines:9}{1000 * one.each_cpu:9.1f}{one.each_cpu / first.each_cpu:9.2f}{one.start_cpu:8.1f}{speed:8.1f}"
        f"{speed / (pages / first.whole.wall):9.2f}{one.whole.peak / 1e6:7.0f}{one.whole.peak_between(0, 0.2) / 1e6:10.0f}"
        f"{one.whole.peak_between(0.8, 1) / 1e6:9.0f}{one.stored / 1e6:7.1f}"
    )


if __name__ == "__main__":
    main()
