"""What a sample of a live site says about its config: which sources give something, how the pages read, which selectors match nothing.

The sample is a real crawl into an archive of its own that nobody keeps; only what that archive holds is looked at here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from crawler import discovery
from crawler.errors import ExitCode
from crawler.extraction.selectors import matches
from crawler.formats.archive import CrawlLine, SiteArchive, read_crawl_log
from crawler.formats.article import Article
from crawler.formats.causes import failure_of
from crawler.formats.run import ARTICLE, FAILED, Run, SourceReport
from crawler.formats.site import Site
from crawler.formats.warc import captures

FIELDS = ("headline", "section", "body", "published", "authors")
_NEEDED = ("body", "published")
"""Fields without which something is wrong with a news site; a headline every article has."""
_OPTIONAL = ("section", "authors")
"""Fields that many sites do without."""
_REMOVED = ".remove: "
_NOTHING = "matches nothing on any of the pages"

_READ = ARTICLE | {"refused"}
State = Literal["ok", "faulty", "failed"]


@dataclass(frozen=True, slots=True)
class Field:
    """How a field was found on the sampled articles."""

    found: int
    of: int
    methods: dict[str, int]


@dataclass(frozen=True, slots=True)
class SampledPage:
    """What became of one page of the sample; `methods` says by which method each field of an article was found."""

    url: str
    outcome: str
    detail: str
    headline: str | None = None
    methods: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LiveCheck:
    """How one config does on its live site."""

    site: str
    state: State
    sources: list[dict[str, Any]] = field(default_factory=list)
    """For each source asked: `kind`, `url`, `outcome`, `status`, `links`, `problems`."""
    pages: list[SampledPage] = field(default_factory=list)
    fields: dict[str, Field] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    """What is wrong, in plain words."""
    remarks: list[str] = field(default_factory=list)
    """What a person may want to know and is no fault."""
    requests: dict[str, int] = field(default_factory=dict)
    """Exchanges by HTTP status, requests without an answer by outcome."""

    @property
    def exit_code(self) -> ExitCode:
        """What this site alone would end the command with."""
        return {"ok": ExitCode.DONE, "faulty": ExitCode.HEALTH, "failed": ExitCode.SITE_FAILED}[self.state]

    def as_json(self) -> dict[str, Any]:
        """The check as JSON values."""
        return asdict(self)


def live_check(site: Site, archive: SiteArchive, ended: int) -> LiveCheck:
    """What the sample in `archive` says of `site`. `ended`: the crawl's exit code, negative where a signal ended it.

    Raises ArchiveDamaged where the sample cannot be read.
    """
    run = next(archive.runs(newest_first=True), None)
    if run is None:
        how = f"was killed by signal {-ended}" if ended < 0 else f"ended with {ended} and left no report"
        return LiveCheck(site.key, "failed", problems=[f"the sample {how}; its log says why"])
    articles = list(archive.articles())
    lines = _sampled_lines(archive)
    pages = [_page(line, articles) for line in lines]
    fields = {name: _field(name, articles) for name in FIELDS} if articles else {}
    unmatched = _unmatched(site, archive, lines)
    replaced = _replaced(site, run)
    problems = [*_failures(run, ended, pages), *_source_problems(run, replaced), *_refusals(pages), *_missing(fields, _NEEDED)]
    problems += [f"the selector of {selector} {_NOTHING}" for selector in unmatched if _REMOVED not in selector]
    remarks = [_name(look) + _told(look) for look in replaced]
    remarks += [f"the selector of {selector} {_NOTHING}" for selector in unmatched if _REMOVED in selector]
    remarks += _missing(fields, _OPTIONAL)
    return LiveCheck(
        site.key,
        "failed" if not articles else "faulty" if problems else "ok",
        [look.model_dump(include={"kind", "url", "outcome", "status", "links", "problems"}) for look in run.sources],
        pages,
        fields,
        list(dict.fromkeys(problems)),
        remarks,
        run.requests,
    )


def _sampled_lines(archive: SiteArchive) -> list[CrawlLine]:
    """The last word on each page of the sample: on a redirected one, what it led to says more than the redirect."""
    last = {line.url: line for path in archive.crawl_logs() for line in read_crawl_log(path)}
    return [line for line in last.values() if line.outcome in _READ or (line.why == "new" and line.outcome != "redirect")]


def _page(line: CrawlLine, articles: list[Article]) -> SampledPage:
    article = next((each for each in articles if line.article == each.id), None)
    if article is None:
        return SampledPage(line.url, line.outcome, line.detail)
    return SampledPage(
        line.url, line.outcome, line.detail, article.headline, {name: how for name, how in article.provenance.items() if name in FIELDS}
    )


def _field(name: str, articles: list[Article]) -> Field:
    having = [article for article in articles if getattr(article, name)]
    return Field(len(having), len(articles), dict(Counter(article.provenance.get(name, "unknown") for article in having)))


def _unmatched(site: Site, archive: SiteArchive, lines: list[CrawlLine]) -> list[str]:
    """Configured selectors that match nothing on any page of the sample that was answered."""
    sampled = {line.record for line in lines if line.record}
    found: Counter[str] = Counter()
    for capture in (each for path in archive.warc_files() for each in captures(path, archive.root)):
        if capture.ref and capture.ref.record_id in sampled and capture.status == 200:
            found.update(matches(capture, site))
    return [selector for selector, number in found.items() if not number]


def _failures(run: Run, ended: int, pages: list[SampledPage]) -> Iterator[str]:
    if ended < 0 or ended == ExitCode.TERMINATED:
        yield "the sample took too long and was stopped"
    elif run.exit_code == ExitCode.SITE_FAILED:
        yield failure_of(run)
    elif not pages:
        yield "no page was found to look at"


def _replaced(site: Site, run: Run) -> list[SourceReport]:
    """APIs that nobody asked for by name and that are closed, as they are on many sites, where a feed gives the articles instead."""
    configured = {source.url for source in discovery.sources(site)}
    if not any(look.kind == "feed" and look.links for look in run.sources):
        return []
    closed = (look for look in run.sources if look.kind == "wordpress" and look.outcome == "source" and look.problems and not look.links)
    return [look for look in closed if look.url not in configured]


def _source_problems(run: Run, replaced: list[SourceReport]) -> Iterator[str]:
    named = sum(look.links for look in run.sources)
    for look in run.sources:
        name = _name(look)
        if look in replaced:
            continue
        if look.outcome in FAILED:
            yield f"{name}: {look.outcome}" + _told(look)
        elif look.problems:
            yield name + _told(look)
        elif not look.links and not _leads_on(look):
            yield f"{name} names no article"
    if named and not sum(look.new for look in run.sources):
        yield f"none of the {named} addresses that sources name is an article by the config's `articles`"


def _name(look: SourceReport) -> str:
    return f"the {look.kind} {look.url}"


def _told(look: SourceReport) -> str:
    return f": {'; '.join(look.problems)}" if look.problems else ""


def _leads_on(look: SourceReport) -> bool:
    """Whether a source may well name no article itself: the index of sitemaps."""
    return look.kind == "sitemap"


def _refusals(pages: list[SampledPage]) -> Iterator[str]:
    return (f"{page.url}: {page.outcome}" + (f": {page.detail}" if page.detail else "") for page in pages if page.headline is None)


def _missing(fields: dict[str, Field], names: tuple[str, ...]) -> Iterator[str]:
    return (f"{name} was found on none of {found.of} articles" for name, found in fields.items() if name in names and not found.found)
