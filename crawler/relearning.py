"""A site's layouts learnt from what is stored: the cache made again, without fetching anything."""

from __future__ import annotations

from collections import deque
from contextlib import closing

from crawler.clock import Now
from crawler.extraction.template import TemplateBook, extract
from crawler.formats.archive import Archive
from crawler.formats.article import Article, RecordRef
from crawler.formats.site import Site
from crawler.formats.template import Templates, write_templates
from crawler.formats.warc import read_capture
from crawler.reextraction import Originals, indexed
from crawler.store.hints import hints_of

PAGES = 300
"""The newest articles that are read: enough for every layout in use, and a minute or two of one core at most."""


def relearn(archive: Archive, site: Site, now: Now, pages: int = PAGES) -> Templates:
    """What the last states of the newest articles of `site` teach; replaces what was known. Takes the site's lock.

    Raises SiteLocked, ArchiveDamaged for a record that cannot be read back, ArchiveUnwritable.
    """
    paths = archive.site(site.key)
    book = TemplateBook(Templates(), now)
    newest: deque[Article] = deque(maxlen=pages)
    with paths.lock, indexed(paths) as known:
        newest.extend(article for article in archive.articles(site.key, latest=True) if article.warc and article.change != "gone")
        originals = Originals(paths, known.original)
        for article in newest:
            assert article.warc is not None, "only articles with a record were taken"
            _learn(book, archive, site, article, originals(article.warc))
        write_templates(paths.templates_path, book.templates)
    return book.templates


def _learn(book: TemplateBook, archive: Archive, site: Site, article: Article, original: RecordRef | None) -> None:
    assert article.warc is not None, "only articles with a record were taken"
    capture = read_capture(archive.root, article.warc, lambda _: original)
    with closing(capture.response):
        _, lesson = extract(capture, site, hints_of(article), book.packed())
    if lesson:
        book.learn(lesson)
