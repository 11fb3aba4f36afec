"""A first look at a site that has no config yet: what its sources gave, which of them suffice, and the config that says so."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.discovery import page
from crawler.discovery.hosts import registrable_domain
from crawler.discovery.links import Document, Findings, Link, Source
from crawler.discovery.text import short

_EXAMPLES = 3
_RANK = {"wordpress": 0, "blogger": 0, "feed": 1, "sitemap": 2, "listing": 3, "follow": 4}
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_SEPARATOR = re.compile(r" [|–—·-] ")
_NO_NAMES = frozenset({"home", "home page", "homepage", "blog", "news", "welcome", "index", "startseite", "accueil", "inicio", "início"})
"""What home pages of any site are called."""
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 ]{1,80}")


@dataclass(frozen=True, slots=True)
class Probe:
    """What one source gave when it was asked."""

    source: Source
    links: tuple[Link, ...] = ()
    """Those that may be articles."""
    total: int | None = None
    """How many articles it says that it has, or None."""
    more: int = 0
    """Further documents that it leads to: the sitemaps of an index, older pages."""
    problem: str | None = None
    """Why it gave nothing, or what was wrong with it."""


def probe(source: Source, findings: Findings, is_article: Callable[[str], bool]) -> Probe:
    """The evidence of one source that was read. `is_article` says which of its links may be articles."""
    links = tuple(link for link in findings.links if is_article(link.url))
    return Probe(source, links, findings.total, len(findings.more), findings.problems[0] if findings.problems else None)


def suffices(probes: Sequence[Probe]) -> list[Probe]:
    """The fewest sources that find all that can be found: a CMS API alone; else feeds, with a sitemap for the history;
    else the listing of the home page. Empty where nothing gave a link."""
    useful = sorted((look for look in probes if look.links or (look.source.kind == "sitemap" and look.more)), key=_rank)
    if not useful:
        return []
    best = useful[0]
    if best.source.kind in ("wordpress", "blogger", "listing", "follow"):
        return [best]
    sitemaps = [look for look in useful if look.source.kind == "sitemap"]
    return [look for look in useful if look.source.kind == "feed"] + sitemaps[:1]


def site_yaml(home: Document, probes: Sequence[Probe]) -> str:
    """A config for the site at `home`, as short as it can be, with comments that show what was found there."""
    chosen = suffices(probes)
    lines = ["# yaml-language-server: $schema=site.schema.json", *_comment(probes, chosen)]
    name, language = name_of(home), _language(home)
    if name:
        lines.append(f"name: {_scalar(name)}")
    lines.append(f"url: {home.url}")
    if language:
        lines.append(f"language: {language}")
    if chosen:
        lines += ["discover:", *(f"  - {_entry(look.source, home)}" for look in chosen)]
    return "\n".join(lines) + "\n"


def name_of(home: Document) -> str | None:
    """The site's own name as its home page gives it: `og:site_name`, else the first part of the title that any site could not have."""
    root, _ = page.parse(home)
    if root is None:
        return None
    for meta in root.iter("meta"):
        if meta.get("property") == "og:site_name" and short(meta.get("content")):
            return short(meta.get("content"))
    title = next((page.text_of(element) for element in root.iter("title")), "")
    return next((name for part in _SEPARATOR.split(title) if (name := short(part)) and name.lower() not in _NO_NAMES), None)


def key_of(url: str) -> str:
    """A name for the site's config: the registered name (`example` for `https://www.example.co.uk/`), or host and port."""
    parts = urlsplit(url)
    host = parts.hostname or "site"
    domain = registrable_domain(host)
    name = domain.partition(".")[0] if domain else f"{host}-{parts.port}" if parts.port else host
    return re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-._")[:64] or "site"


def summary(look: Probe) -> str:
    """One line: how much a source gave."""
    count = f"{look.total} articles" if look.total else f"{len(look.links)} articles" if look.links else "no articles"
    further = f", {look.more} further {'sitemaps' if look.source.kind == 'sitemap' else 'pages'}" if look.more and not look.total else ""
    return f"{look.source.kind} {look.source.url}: {count}{further}" + (f" ({look.problem})" if look.problem else "")


def _rank(look: Probe) -> int:
    return _RANK[look.source.kind]


def _comment(probes: Sequence[Probe], chosen: Sequence[Probe]) -> list[str]:
    lines = [] if chosen else ["# Nothing was found that lists articles: name a listing with selectors, or use `follow`."]
    for look in chosen:
        lines.append(f"# {_printable(summary(look))}; for example")
        lines += [
            f"#   {_printable(link.url)}" + (f"  {_printable(link.headline)}" if link.headline else "") for link in look.links[:_EXAMPLES]
        ]
    others = [look for look in probes if look not in chosen and (look.links or not look.source.option("guess"))]
    return lines + [f"# Not needed: {_printable(summary(look))}" for look in others]


def _entry(source: Source, home: Document) -> str:
    """One entry of `discover`."""
    if source.kind in ("wordpress", "blogger"):
        return f"{source.kind}: {source.option('home') or home.url}"
    if source.kind in ("listing", "follow"):
        return f"{source.kind}: {{url: {_scalar(source.url)}}}"
    return f"{source.kind}: {source.url}"


def _language(home: Document) -> str | None:
    root, _ = page.parse(home)
    language = str(root.get("lang") or "").strip().replace("_", "-") if root is not None else ""
    return language if _LANGUAGE.fullmatch(language) else None


def _scalar(text: str) -> str:
    """`text` as a YAML scalar, quoted unless it is words alone."""
    text = _printable(text)
    if _PLAIN.fullmatch(text) and text.strip() == text:
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _printable(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable())[:300]
