"""One page, all fields: asks each field's methods in their order and writes down which one won."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property
from importlib.metadata import version
from itertools import chain
from urllib.parse import urlsplit

from crawler.discovery import Link
from crawler.extraction import Refusal, authors, body, credit, dates, headline, jsonld, normalise, publication, refusal, rules, section
from crawler.extraction.access import access
from crawler.extraction.blocks import blocks
from crawler.extraction.blocks import body as body_text
from crawler.extraction.candidates import Candidate
from crawler.extraction.disagreements import Declared
from crawler.extraction.language import language
from crawler.extraction.listing import listing
from crawler.extraction.page import Page
from crawler.extraction.segments import Segment, segments
from crawler.extraction.standing import Standing, without_standing
from crawler.extraction.structured import Statements, statements
from crawler.formats.article import Access, Block, Disagreement, Image, Raw
from crawler.formats.site import ExtractRules, Rule, Site


@dataclass(slots=True)
class Findings:
    """What was read off one page: the article's fields before it gets an id and a place in the archive."""

    canonical_url: str
    headline: str
    section: str | None
    blocks: list[Block]
    body: str
    summary: str | None
    authors: list[str]
    published: str | None
    modified: str | None
    language: str | None
    tags: list[str]
    images: list[Image]
    access: Access
    raw: Raw
    provenance: dict[str, str] = field(default_factory=dict)
    disagreements: list[Disagreement] = field(default_factory=list)


class Cascade:
    """One page's fields; a class because each field adds to the same provenance and raw values."""

    def __init__(self, page: Page, site: Site, captured: datetime, link: Link | None, standing: Standing | None = None) -> None:
        self.page = page
        self.standing = standing or {}
        self.site = site
        self.link = link
        self.said: Statements = statements(page)
        self.rules = rules.rules_of(site, captured.date()) or ExtractRules.model_construct(**dict.fromkeys(ExtractRules.model_fields))
        self.names = headline.site_names(self.said, site.name)
        self.calendar = dates.Calendar(captured, site.timezone)
        self.provenance: dict[str, str] = {}
        self.raw: dict[str, str | None] = {}
        self.chosen: list[Segment] = []
        """The segments that became the body."""

    @cached_property
    def shown(self) -> list[Segment]:
        """All segments of the page; a field that needs none of them leaves them unread."""
        return segments(self.page)

    def read(self, status: int) -> Findings | Refusal:
        refused = self._refusal(status)
        if refused:
            return refused
        title = self._headline()
        if not title:
            return Refusal("no-headline", "nothing on the page is its headline")
        label = self._section(title)
        people = self._authors()
        found = self._blocks(title, label, people)
        if isinstance(found, Refusal):
            return found
        text = body_text(found)
        spoken, method = language(self.said, text, self.link.language if self.link else None)
        if spoken is None and self.site.language:
            spoken, method = self.site.language, "site"
        self._note("language", method, spoken)
        entry, entry_method = access(self.said)
        self._note("access", entry_method, entry_method)
        published = self._date("published", self.rules.published, publication.published(self.said, self.calendar))
        declared = Declared(self.said, self.names, self.calendar, self.link)
        return Findings(
            canonical_url=self.page.url,
            headline=title,
            section=label,
            blocks=found,
            body=text,
            summary=self._summary(),
            authors=people,
            published=published,
            modified=self._date("modified", self.rules.modified, publication.modified(self.said)),
            language=spoken,
            tags=self._tags(),
            images=self._images(found),
            access=entry,
            raw=Raw(**{name: self.raw.get(name) for name in Raw.model_fields}),
            provenance=dict(sorted(self.provenance.items())),
            disagreements=declared.disagreements(title, label, people, published),
        )

    def _refusal(self, status: int) -> Refusal | None:
        """Why the page is no article, as far as it shows before anything is read. Where a rule finds the body, it is one."""
        return None if self.rules.body else refusal.at_page(self.said, status)

    def _note(self, name: str, method: str | None, value: object) -> None:
        if value and method:
            self.provenance[name] = method

    def _keep_raw(self, name: str, raw: str, value: str | None) -> None:
        """The page's own wording, where normalising changed more than white space and entities."""
        plain = normalise.line(html.unescape(raw))
        if value is not None and plain != value:
            self.raw[name] = plain[:2_000]

    def _headline(self) -> str | None:
        ruled = rules.value(self.page, self.rules.headline)
        found = [Candidate(ruled, "rule", headline.clean(ruled, self.names))] if ruled else headline.candidates(self.said, self.names)
        if self.link and self.link.headline and not found:
            found = [Candidate(self.link.headline, self.link.source, headline.clean(self.link.headline, self.names))]
        if not found:
            return None
        best = found[0]
        shown = next(
            (
                one
                for one in found
                if one.method in ("h1", "class") and normalise.fold(one.value) == normalise.fold(best.value) and one.raw != best.raw
            ),
            best,
        )
        self._note("headline", best.method, best.value)
        self._keep_raw("headline", shown.raw if normalise.line(best.raw) == best.value else best.raw, best.value)
        return best.value

    def _section(self, title: str) -> str | None:
        ruled = rules.value(self.page, self.rules.section)
        found = (
            [Candidate(ruled, "rule", normalise.section_label(ruled))]
            if ruled
            else section.candidates(self.said, self.shown, self.names, title)
        )
        if not found and self.link and self.link.section:
            found = [Candidate(self.link.section, self.link.source, normalise.section_label(self.link.section))]
        if not found or not found[0].value:
            return None
        self._note("section", found[0].method, found[0].value)
        self._keep_raw("section", found[0].raw, found[0].value)
        return found[0].value

    def _blocks(self, title: str, label: str | None, people: list[str]) -> list[Block] | Refusal:
        ruled = rules.element(self.page, self.rules.body)
        if ruled is not None:
            chosen, method = segments(self.page, ruled), "rule"
        else:
            known = {normalise.letters(text) for text in (title, self.raw.get("headline"), label) if text}
            own = {normalise.letters(name) for name in self.names}
            found = body.find(self.said, self.shown, self.link.content_html if self.link else None, known, people, own)
            chosen, method = found.segments, found.method
            refused = listing(self.page, chosen, bool(self.said.article or self.page.meta("article:published_time")))
            if refused:
                return refused
        self.chosen = chosen
        made = blocks(chosen if method == "rule" else self._own(chosen))
        if not any(block.text for block in made if block.type not in ("image", "heading")):
            return Refusal("no-body", "no text on the page is its own")
        self._note("body", method, made)
        self._note("blocks", method, made)
        return made

    def _own(self, chosen: list[Segment]) -> list[Segment]:
        """`chosen` without what is known to stand on many pages of the site."""
        return without_standing(chosen, self.standing, self.names) if self.standing else chosen

    def _summary(self) -> str | None:
        found = [
            ("rule", rules.value(self.page, self.rules.summary)),
            ("json-ld", jsonld.text(self.said.json("description", "abstract"))),
            ("opengraph", self.page.meta("og:description")),
            ("meta", self.page.meta("description", "dc.description", "twitter:description")),
            (self.link.source if self.link else "", self.link.summary if self.link else None),
        ]
        for method, raw in found:
            text = normalise.line(html.unescape(raw or ""))
            if text:
                self._note("summary", method, text)
                return text
        return None

    def _authors(self) -> list[str]:
        ruled = authors.names(rules.values(self.page, self.rules.authors))
        hinted = [(self.link.source, list(self.link.authors))] if self.link and self.link.authors else []
        known = Counter(normalise.letters(name) for name in self.names)
        handle = normalise.letters(self.page.meta("twitter:creator"))  # the author's, where nothing else bears the name
        own = {name for name, times in known.items() if name != handle or times > 1}
        found = [("rule", ruled)] if ruled else chain(authors.candidates(self.said, own), hinted)
        house: tuple[str, list[str]] | None = None
        for method, people in found:
            named = [name for name in people if normalise.letters(name) not in own]
            if len(named) < len(people):  # "The Gull, Port Ellery": beside the publication, only what reads like a name
                named = [name for name in named if authors.is_name(name)]
            if house:  # the publication signs: a mark such as "The Gull on Video" is of its channels
                named = [name for name in named if not any(len(key) > 4 and key in normalise.letters(name) for key in own)]
            if named:
                self._note("authors", method, named)
                return named
            house = house or (method, [name for name in people if normalise.letters(name) in own])
        if house is None:
            return []
        self._note("authors", house[0], house[1])  # nobody but the publication itself is named
        return house[1]

    def _date(self, name: str, rule: Rule | None, stated: Iterable[Candidate]) -> str | None:
        """The first possible date. A feed's time makes a page's bare day exact; it does not overrule a time of the page."""
        ruled = rules.value(self.page, rule)
        hint = getattr(self.link, name) if self.link else None
        hinted = Candidate(hint, self.link.source, self.calendar.normal(hint) or "") if hint and self.link else None
        for one in chain([Candidate(ruled, "rule")] if ruled else [], stated):
            if self.calendar.is_download_time(one.raw):
                continue
            one.value = one.value or self.calendar.normal(one.raw) or ""
            if one.value:
                exact = hinted if hinted and one.method != "rule" and dates.is_more_exact(hinted.value, one.value) else one
                return self._dated(name, exact)
        if hinted and hinted.value:
            return self._dated(name, hinted)
        return self._date_by_htmldate() if name == "published" else None

    def _dated(self, name: str, one: Candidate) -> str:
        self._note(name, one.method, one.value)
        self._keep_raw(name, one.raw, one.value)
        return one.value

    def _date_by_htmldate(self) -> str | None:
        found = publication.by_htmldate(self.said, self.calendar)
        self._note("published", "htmldate", found)
        return found

    def _tags(self) -> list[str]:
        ruled = rules.values(self.page, self.rules.tags)
        keywords = jsonld.texts(self.said.json("keywords"))
        found = [
            ("rule", ruled),
            ("json-ld", keywords),
            ("opengraph", self.page.metas.get("article:tag", [])),
            (
                "meta",
                [
                    value
                    for name in ("news_keywords", "parsely-tags", "sailthru.tags", "keywords")
                    for value in self.page.metas.get(name, [])[:1]
                ],
            ),
            ("rel=tag", section.tag_links(self.said)),
            (self.link.source if self.link else "", list(self.link.tags) if self.link else []),
        ]
        for method, raw in found:
            tags = _tags(raw)
            if tags:
                self._note("tags", method, tags)
                return tags
        return []

    def _images(self, found: list[Block]) -> list[Image]:
        images: dict[str, Image] = {}
        declared = credit.of_json(self.said)
        lead = [*jsonld.texts(self.said.json("image"), "url"), *self.page.metas.get("og:image", [])[:1]]
        for reference in lead[:3]:
            url = self.page.absolute(reference)
            if url:
                images.setdefault(url, Image(url=url, caption=None, credit=declared.get(reference)))
        credited = {one.url: one.credit for one in self.chosen if one.kind == "image" and one.credit}
        for block in found:
            if block.type == "image" and block.url:
                images[block.url] = Image(
                    url=block.url, caption=block.text or None, credit=credited.get(block.url) or declared.get(block.url)
                )
        self._note("images", "page" if any(block.type == "image" for block in found) else "meta", images)
        return list(images.values())[:100]


def _tags(raw: Iterable[str]) -> list[str]:
    found: dict[str, str] = {}
    for value in raw:
        for part in html.unescape(value).replace(";", ",").split(","):
            tag = normalise.line(part).lstrip("#")
            if 1 < len(tag) <= 80 and not tag.startswith("http"):
                found.setdefault(normalise.fold(tag), tag)
    return list(found.values())[:50]


def read(
    page: Page, site: Site, captured: datetime, link: Link | None = None, status: int = 200, standing: Standing | None = None
) -> Findings | Refusal:
    """All fields of `page`, or why it is no article. `captured`: when it was fetched (aware)."""
    return Cascade(page, site, captured, link, standing).read(status)


def canonical(page: Page) -> str | None:
    """The page's own canonical link, or its `og:url`, where it names an address on the same site that is not the home page."""
    link = next((one.get("href") for one in page.tagged("link") if "canonical" in (one.get("rel") or "").lower().split()), None)
    for reference in (link, page.meta("og:url")):
        url = page.absolute(reference)
        if url and _is_same_story(url, page.url):
            return url
    return None


def _is_same_story(url: str, fetched: str) -> bool:
    there, here = urlsplit(url), urlsplit(fetched)
    if (there.path in ("", "/") and not there.query) != (here.path in ("", "/") and not here.query):  # `/?p=4127` is a post
        return False
    own = (there.hostname or "").removeprefix("www.").split(".")[-2:]
    return own == (here.hostname or "").removeprefix("www.").split(".")[-2:] and there.port == here.port


def extractor(provenance: dict[str, str]) -> dict[str, str]:
    """Names and versions of the programs that read a page: those that read every page, and those that had the last word on this one."""
    return _programs(("trafilatura", "lxml", *(name for name in _SECOND if name in provenance.values())))


_SECOND = ("resiliparse", "htmldate")
"""Programs that are asked where the others are silent or doubted; as methods they are called by their names."""


@cache
def _programs(names: tuple[str, ...]) -> dict[str, str]:
    from crawler import __version__

    return {"newsarchive": __version__, **{name: version(name) for name in names}}
