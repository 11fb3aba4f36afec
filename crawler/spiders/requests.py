"""What a run asks for: requests for sources and pages, each address and its twins once."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

import scrapy

from crawler import discovery
from crawler.discovery import Link, Source, url_hash
from crawler.spiders.answers import older_than
from crawler.spiders.arguments import Arguments
from crawler.spiders.front_page import FrontPage
from crawler.spiders.limits import Limits
from crawler.spiders.sample import Sample
from crawler.spiders.turns import in_turns
from crawler.store.hints import with_hints

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from scrapy import Request

    from crawler.formats.site import Site
    from crawler.store import Store

SOURCES, NEW, KNOWN = 1000, 10, 0
"""Priorities: sources before pages, so that what is newest of all of them comes first; new pages before known ones."""
FOLLOWED_PAGES = 500
"""Pages that the kind `follow` reads in a run where its config names no `max_pages`."""
TRIED_PAGES = 5
"""Unknown pages of a front page that was asked because the sources are silent: enough to show that they should not be."""
FRONT_PAGES = 50
"""The same, once those that were tried are all articles: then the front page stands in for the sources."""
CATCH_UP_PAGES = 10
"""Older pages that an update reads while everything on them is new; a longer absence is what `-a mode=backfill` is for."""

Callback = Any
"""A spider's method that takes a response: Scrapy leaves its other parameters open."""


class Requests:
    """Makes the requests of one run, and remembers which addresses it has asked for."""

    def __init__(
        self, site: Site, run: Store, arguments: Arguments, *, source: Callback, article: Callback, failed: Callable[[Any], None]
    ) -> None:
        """`source`, `article` and `failed` take the answers: of sources, of pages, and what no answer came of."""
        self._site = site
        self._run = run
        self._arguments = arguments
        self._callbacks = {"source": source, "article": article}
        self._failed = failed
        self._asked: dict[int, Link | None] = {}
        """By `url_hash`, with the link of each page that was not fetched yet."""
        self._held: list[Request] = []
        self._followed = 0
        self._doubted: Source | None = None
        self._untried: list[Link] = []
        self._fresh: set[int] = set()
        self.has_older = False
        """Whether sources have older pages that the run did not read."""
        self._front = FrontPage()
        self.limits = Limits(run, arguments.mode)
        self._sample = Sample(arguments.sample) if arguments.sample else None

    def home(self, callback: Callback) -> Request:
        """The front page, of a site whose config names no sources."""
        home = Source("listing", self._site.home)
        return self._request(home.url, callback, SOURCES, source=home)

    def source(self, source: Source, via: str | None = None) -> Request:
        """A feed, sitemap, API or listing, with the validators of its last answer."""
        hops = "M" if source.kind == "sitemap" else "L"
        request = self._request(source.url, self._callbacks["source"], SOURCES - source.depth, via=via, hops=hops, source=source)
        for name, value in self._run.agenda.validators(source).items():
            request.headers[name] = value
            request.meta["conditional"] = True
        return request

    def article(self, link: Link, priority: int = NEW) -> Request:
        """A page that should be an article."""
        self._asked[url_hash(link.url)] = link
        return self._request(link.url, self._callbacks["article"], priority, via=link.found_in, hops="L", link=link)

    def named(self, source: Source, links: list[Link]) -> Iterator[Request]:
        """The pages that `source` names and that are due. `at_last` gives those that have to wait: of which a sample is taken, and of a
        source that has stopped naming an article, because one of them may be its new address."""
        if self._sample is not None:
            self._sample.add(source, links)
        elif self._run.agenda.awaits_unlisted:
            self._held += map(self.article, links)
        else:
            yield from map(self.article, links)

    def at_last(self) -> list[Request]:
        """Once nothing else is left to do: the sample, and what no source names any more; after that, what had to wait for it."""
        sample = self._sample.taken() if self._sample else []
        last = [*map(self.article, sample), *self.first(self._run.agenda.due_unlisted())]
        if not last:
            last, self._held = self._held, []
        return last or self._doubts() or self._witness()

    def _witness(self) -> list[Request]:
        """A known article, where nothing that was asked for is one: it shows whether the site is well."""
        if not self._is_plain:
            return []
        witness = next((link for link in self._run.agenda.witnesses() if self.first_time(link.url)), None)
        if witness is None:
            return []
        self._run.agenda.calls(witness)
        return [self.article(witness, KNOWN)]

    @property
    def _is_plain(self) -> bool:
        """Whether the run does what is done without arguments."""
        return self._arguments == Arguments(scheduled=self._arguments.scheduled)

    def _doubts(self) -> list[Request]:
        """The front page, where the sources are silent and should not be: it shows whether the site is silent, too."""
        if self._doubted and not self._run.tried_in_vain:
            rest, self._untried = self._untried, []
            return [self._tried(link) for link in rest]
        home = Source("listing", self._site.home)
        if self._doubted or not self._is_plain or not self._run.agenda.doubts_silence(home):
            return []
        self._doubted = home
        return [self.source(home)]

    async def fresh(self, source: Source, links: list[Link]) -> list[Link]:
        """Those of the `links` that `source` names that are to be fetched. Of a front page that was asked because the sources are silent
        a few that look like articles, as it names much else, too; the others follow where these are articles."""
        if source != self._doubted:
            return [due async for link in in_turns(links) if (due := self.due(link))]
        shaped = (link for link in links if discovery.is_article_url(link.url, self._site, listed=False))
        unknown = list(islice((due for link in shaped if (due := self.due(link))), FRONT_PAGES))
        tried, self._untried = unknown[:TRIED_PAGES], unknown[TRIED_PAGES:]
        for link in tried:
            self._run.tried(link.url)
        return tried

    def _tried(self, link: Link) -> Request:
        self._run.tried(link.url)
        return self.article(link)

    def first(self, links: Iterator[Link]) -> Iterator[Request]:
        """Known articles that have not been asked for in this run."""
        yield from (self.article(link, KNOWN) for link in links if self.first_time(link.url))

    def known_sources(self) -> list[Source]:
        """Those of the config; where it names none, those for whose sake a run that nobody waits for goes without the front page."""
        remembers = self._arguments.scheduled and self._arguments.mode == "update"
        remembered = self._run.agenda.detected() if remembers else []
        return discovery.sources(self._site) or [source for source in remembered if source.kind != "listing"]

    def begun(self, sources: Iterable[Source], via: str | None = None, *, news: bool = False) -> Iterator[Request]:
        """The sources with which this run begins, each once: what stands in for one that was not there some days ago, and in a run that
        nobody waits for those that it is time to ask. `news`: the front page has some."""
        backfill, agenda = self._arguments.mode == "backfill", self._run.agenda
        for source in sources:
            asked: Source | None = source
            if not backfill and agenda.is_absent(source):
                asked = discovery.stand_in(source)
            if asked is None or (asked is not source and agenda.is_absent(asked)):
                continue
            if self._arguments.scheduled and not backfill and not agenda.source_due(asked, news=news):
                self._front.skipped = True
            elif self.first_time(f"{asked.kind} {asked.url}"):
                yield self.source(asked, via=via)

    def detected(self, sources: Sequence[Source], via: str) -> Iterator[Request]:
        """The sources to which the front page leads, once it has been read itself."""
        self._front.sources = sources
        yield from self.begun((one for one in sources if one.kind != "listing"), via, news=self._front.has_news)

    async def fresh_among(self, links: Iterable[Link]) -> list[Link]:
        """Those of `links` that this run asks for, whichever source named them first: what each source has of news."""
        return [link async for link in in_turns(links) if url_hash(link.url) in self._fresh] if self._fresh else []

    def close(self) -> None:
        """Says of the front page, where it was read, whether it is needed."""
        self._front.judge(self._run)

    def due(self, link: Link) -> Link | None:
        """The link as it is to be fetched; None where it is not due, or has been asked for in this run."""
        if self._arguments.since and older_than(link, self._arguments.since):
            return None
        if not discovery.is_article_url(link.url, self._site, listed=link.source != "follow"):
            return None
        self._front.named(link, url_hash)
        due = self._run.agenda.due(link)
        if due is None:
            return None
        named, link = link.url, replace(link, url=discovery.without_tracking(due.url))
        key = url_hash(link.url)
        if due.why == "new":
            self._front.names_new(link, key)
        if key not in self._asked:
            self._asked[key] = None
            if due.why == "new" and not self.limits.admits_page(link):
                return None
            self._fresh.add(key)
            if named != link.url:
                self._fresh.add(url_hash(named))
            return link
        if waiting := self._asked[key]:  # found a second time before it was fetched: what both say goes to the extraction
            self._asked[key] = with_hints(waiting, link)
        return None

    def follows(self, link: Link, target: str) -> bool:
        """Whether to follow a redirect of a page to `target`; what is followed is not asked for once more."""
        key = url_hash(target)
        if key == url_hash(link.url):
            return True
        if key == url_hash(self._site.home) or self._asked.get(key):
            return False
        self._asked[key] = None
        return True

    def arrived(self, link: Link) -> Link:
        """The link with what all sources have said of it until its page came."""
        key = url_hash(link.url)
        waiting, self._asked[key] = self._asked.get(key), None
        return waiting or link

    def further(self, source: Source, more: list[Source], found: list[Link], fresh: list[Link], via: str) -> Iterator[Request]:
        """The documents among `more` that are to be read as well, where `source` named `found`, of which `fresh` are due."""
        for following in more:
            if self._walks_on(source, following, found, fresh) and self._is_new_document(following):
                yield self.source(following, via=via)

    def first_time(self, url: str) -> bool:
        """Whether `url` or a twin of it has not been asked for in this run; from now on it has."""
        key = url_hash(url)
        if key in self._asked:
            return False
        self._asked[key] = None
        return True

    def still_wanted(self, request: Request) -> bool:
        """Whether a request whose turn it is, which may have waited for hours, is still within the limits of the run."""
        source, link = request.cb_kwargs.get("source"), request.cb_kwargs.get("link")
        if source is not None:
            return self.limits.still_admits_document(source)
        return link is None or request.priority < NEW or self.limits.still_admits_page(link.url)

    def _is_new_document(self, source: Source) -> bool:
        return self.first_time(f"{source.kind} {source.url}") and self.limits.admits_document(source)

    def _walks_on(self, source: Source, more: Source, found: list[Link], fresh: list[Link]) -> bool:
        """Whether to read a further document. A sitemap's children where they may have changed; what stands in for a source that is
        closed; older pages when the whole history is wanted, and when nothing on the newer page was known, because then a known
        site has published more than one page since the last look."""
        if source == self._doubted or (self._sample and not self._sample.wants(source, more)):
            return False
        if more.kind == "follow":
            if url_hash(more.url) in self._asked:  # it is fetched as an article
                return False
            self._followed += 1
            return self._followed <= int(more.option("max_pages") or FOLLOWED_PAGES)
        if more.kind == "sitemap":
            return self._arguments.mode == "backfill" or not self._run.agenda.unchanged_child(more)
        if more.kind != source.kind or self._arguments.mode == "backfill":
            return True
        walks_on = bool(found) and len(fresh) == len(found) and self._run.knows_articles and more.depth <= CATCH_UP_PAGES
        self.has_older = self.has_older or not walks_on
        return walks_on

    def _request(self, url: str, callback: Callback, priority: int, *, via: str | None = None, hops: str = "", **answered: Any) -> Request:
        self._run.requested(url)
        return scrapy.Request(
            url,
            callback,
            errback=self._failed,
            priority=priority,
            dont_filter=True,  # what was asked for is known here by `url_key`, which knows twins that a fingerprint does not
            meta={"via": via, "hops": hops},
            cb_kwargs=answered,
        )
