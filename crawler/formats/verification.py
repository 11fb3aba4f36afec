"""Whether a site's archive is what was written: every file, and the join between articles, crawl logs and records."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from crawler.errors import ArchiveDamaged
from crawler.formats.archive import SiteArchive
from crawler.formats.archive.crawl_log import read_crawl_log
from crawler.formats.archive.files import OPEN, lines
from crawler.formats.article import Article, content_digest, decode_article, encode_article
from crawler.formats.fixity import digest_path, digest_problem
from crawler.formats.gone import Gone
from crawler.formats.run import KEPT, decode_run, encode_run
from crawler.formats.warc.foreign import verify_foreign
from crawler.formats.warc.ledger import Citation, Ledger, Problem
from crawler.formats.warc.verify import Orphan, verify_files


def verify_site(site: SiteArchive) -> Iterator[Problem]:
    """Everything that is wrong with what is stored of `site`; nothing where all is sound. Reads every byte, takes no lock.

    While a run goes on, what it adds meanwhile is left out: lines are listed before the records that they name are read.
    """
    articles, logs, reports = site.article_files(), site.crawl_logs(), site.reports()
    open_articles = [(path, path.stat().st_size) for path in site.open_line_files() if path.is_relative_to(site.folder / "articles")]
    gone = Gone(site)
    with Ledger() as ledger:
        for problem in verify_files(site.folder / "warc", site.root, ledger, foreign=site.imported_folder):
            if not (isinstance(problem, Orphan) and gone.takes(problem.warc)):
                yield problem
        yield from verify_foreign(site.imported_files(), site.root, ledger)
        yield from ledger.revisits()
        for path in articles:
            yield from _articles(site, path, ledger, gone)
        for path, size in open_articles:
            yield from _open_articles(site, path, size, ledger, gone)
        for path in logs:
            yield from _crawl_log(site, path, ledger, gone)
        for path in reports:
            yield from _report(site, path, gone)
        yield from gone.problems()


def _articles(site: SiteArchive, path: Path, ledger: Ledger, gone: Gone) -> Iterator[Problem]:
    """Each line by itself, and against the record that it was read from."""
    file = site.relative(path)
    yield from _whole_lines(path, file)
    for offset, line in lines(path):
        try:
            article = decode_article(line)
        except ArchiveDamaged as damage:
            yield Problem(file, offset, str(damage))
            continue
        yield from (Problem(file, offset, what) for what in _article_faults(article, line, site.key))
        if article.warc:
            yield from _cited(Citation(file, offset, article.warc, article.url, article.captured), ledger, gone)


def _cited(citation: Citation, ledger: Ledger, gone: Gone) -> Iterator[Problem]:
    problems = list(ledger.cite(citation))
    if not problems or ledger.state(citation.ref.record_id) is not None or not gone.takes(citation.ref.file, citation.ref.record_id):
        yield from problems


def _article_faults(article: Article, line: bytes, key: str) -> Iterator[str]:
    if encode_article(article) != line:
        yield "the line is not in the form in which it was written"
    if article.site != key:
        yield f"it is an article of {article.site}"
    own = content_digest(
        headline=article.headline,
        section=article.section,
        body=article.body,
        blocks=article.blocks,
        summary=article.summary,
        authors=article.authors,
        published=article.published,
        tags=article.tags,
        access=article.access,
    )
    if own != article.content_digest:
        yield "content_digest does not match its content"


def _crawl_log(site: SiteArchive, path: Path, ledger: Ledger, gone: Gone) -> Iterator[Problem]:
    """The other direction of the join: a record that became an article, so the log says, has its line."""
    file = site.relative(path)
    yield from _whole_lines(path, file)
    lost: list[str] = []
    try:
        for line in read_crawl_log(path):
            if line.record is None:
                continue
            cited = ledger.state(line.record)
            if cited is None and not gone.takes_logged(path, line.record):
                lost.append(f"record {line.record} of {line.url} is not in the archive")
            elif cited is False and line.outcome in KEPT:
                yield Problem(file, None, f"{line.url} is said to be {line.outcome}, but no article line names its record {line.record}")
    except ArchiveDamaged as damage:
        yield Problem(file, None, str(damage))
    if lost:
        yield Problem(file, None, lost[0] + (f"; nor are {len(lost) - 1} more that it names" if len(lost) > 1 else ""))


def _report(site: SiteArchive, path: Path, gone: Gone) -> Iterator[Problem]:
    file = site.relative(path)
    yield from _fixity(path, file)
    try:
        run = decode_run(data := path.read_bytes(), path)
    except ArchiveDamaged as damage:
        yield Problem(file, None, str(damage))
        return
    if encode_run(run) != data:
        yield Problem(file, None, "the report is not in the form in which it was written")
    for warc in run.warc_files:
        gone.takes(warc)


def _open_articles(site: SiteArchive, path: Path, size: int, ledger: Ledger, gone: Gone) -> Iterator[Problem]:
    """The first `size` bytes of a run that is going on or that crashed: their end is the repair's business, their join is ours."""
    closed = path.with_name(path.name.removesuffix(OPEN))
    for offset, line in lines(path if path.exists() else closed):
        if offset >= size:
            return
        try:
            article = decode_article(line)
        except ArchiveDamaged:
            return  # the torn tail that the next repair cuts off
        if article.warc:
            yield from _cited(Citation(site.relative(path), offset, article.warc, article.url, article.captured), ledger, gone)


def _whole_lines(path: Path, file: str) -> Iterator[Problem]:
    if what := digest_problem(path):
        yield Problem(file, None, what)
    size = path.stat().st_size
    if (end := sum(len(line) for _, line in lines(path))) != size:
        yield Problem(file, end, "the last line is cut off")


def _fixity(path: Path, file: str) -> Iterator[Problem]:
    """Against the digest file, where the file has one."""
    if digest_path(path).exists() and (what := digest_problem(path)):
        yield Problem(file, None, what)
