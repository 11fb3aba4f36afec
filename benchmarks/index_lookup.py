"""How fast the index answers with a million known URLs: `python benchmarks/index_lookup.py [COUNT]`.

Fills an index with articles and their last looks, opens it anew, and measures opening, `due` for known and for new links, and
what a run that finds nothing new asks of it. Prints times and the peak of memory.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawler.clock import rfc3339
from crawler.discovery import Link
from crawler.formats.archive import Archive, CrawlLine, LinePlace
from crawler.formats.article import Article, Raw
from crawler.index import Index, Written

NOW = datetime(2026, 3, 1, tzinfo=UTC)
RECHECK = [timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=7), timedelta(days=30)]
ASKED = 20_000


def url(number: int) -> str:
    return f"https://blog.example/2025/{number % 12 + 1:02}/a-story-with-a-slug-of-usual-length-{number}.html"


def fill(index: Index, count: int) -> None:
    """`count` articles of the last three years, each looked at once."""
    index.begin()
    for number in range(count):
        when = rfc3339(NOW - timedelta(days=40) - timedelta(minutes=number))
        article = Article.model_construct(
            id=f"{number:032x}",
            site="bench",
            url=url(number),
            canonical_url=url(number),
            revision=1,
            change="new",
            headline=f"Story {number}",
            section=None,
            body=f"Body of story {number}",
            blocks=[],
            summary=None,
            authors=[],
            tags=[],
            access="free",
            published=when,
            captured=when,
            content_digest=f"sha256:{number:064x}",
            warc=None,
            raw=Raw(),
        )
        index.apply(Written(LinePlace("bench/articles/2025/01/run.jsonl", number * 1000, 1000), article))
        index.apply(
            CrawlLine(time=rfc3339(NOW - timedelta(minutes=number % 1000)), url=url(number), outcome="article-new", article=article.id)
        )
    index.commit([])


def timed(what: str, count: int, step: object) -> None:
    begun, busy = time.perf_counter(), time.process_time()
    step()  # type: ignore[operator]
    seconds, busy = time.perf_counter() - begun, time.process_time() - busy
    print(
        f"{what}: {seconds:.3f} s" + (f", {seconds / count * 1e6:.0f} µs each, {busy / count * 1e6:.0f} µs of CPU" if count > 1 else ""),
        flush=True,
    )


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        site = Archive(folder).site("bench")
        index = Index.open(site)
        timed(f"filling with {count:,}", count, lambda: fill(index, count))
        index.close()
        print(f"size: {Path(site.index_path).stat().st_size / 1e6:.0f} MB")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        begun = time.perf_counter()
        index = Index.open(site)
        print(f"opening: {time.perf_counter() - begun:.3f} s")
        known = [Link(url(number * 7919 % count), "feed", "https://blog.example/feed") for number in range(ASKED)]
        fresh = [Link(f"https://blog.example/new-{number}.html", "feed", "https://blog.example/feed") for number in range(ASKED)]
        index.begin()
        timed("known links", ASKED, lambda: [index.due(link, NOW, RECHECK) for link in known])
        timed("new links", ASKED, lambda: [index.due(link, NOW, RECHECK) for link in fresh])
        timed("what is due again", 1, lambda: print(f"  {sum(1 for _ in index.due_again(NOW, RECHECK))} due"))
        timed("articles known", 1, index.articles_known)
        index.roll_back()
        index.close()
        print(f"memory: {(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1000:.0f} MB more than before opening")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
