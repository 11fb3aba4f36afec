"""What came back, in the words of the floors below: a response as a Document, a failure as an outcome."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from scrapy.exceptions import IgnoreRequest

from crawler.discovery import Document, Findings, Link, Source
from crawler.discovery.hosts import same_site
from crawler.errors import ArchiveError, CaptureError
from crawler.extraction import Reason, Refusal
from crawler.middlewares import RobotsDenied, RobotsUnavailable

if TYPE_CHECKING:
    from scrapy.http import Response

    from crawler.formats.run import Outcome
    from crawler.formats.site import Site

_LOGIN = re.compile(r"/(?:log-?in|sign-?in|sso|wp-login\.php)\b|//(?:login|signin|sso|id|account)s?\.", re.I)
_CONSENT = re.compile(r"/[^/]*(?:consent|cookie-?wall|gdpr)|//(?:consent|cmp)\.", re.I)


def document(response: Response) -> Document:
    """The response as discovery reads it."""
    pairs = [(name, value) for name, values in response.headers.items() for value in values]
    headers = tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in pairs)
    content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
    return Document(response.url, response.body, content_type, headers)


def outcome_of(error: BaseException) -> tuple[Outcome, str]:
    """The outcome under which a failed request is counted, and what happened in plain words."""
    detail = str(error) or type(error).__name__
    match error:
        case RobotsDenied():
            return "robots-denied", detail
        case RobotsUnavailable():
            return "robots-unavailable", detail
        case CaptureError():
            return cast("Outcome", error.outcome), detail
        case ArchiveError():
            return "write-failed", detail
        case ValueError():  # RedirectMiddleware's way to say that a Location is no address
            return "bad-url", detail
        case IgnoreRequest():  # RedirectMiddleware's word for too many hops
            return "redirect-loop", detail
        case _:
            return "error", f"{type(error).__name__}: {detail}"


def led_away(url: str) -> Refusal:
    """Why a page is no article that redirected to `url`, which is none; by what its address says of it."""
    where = url.partition("?")[0]
    reason: Reason = "login" if _LOGIN.search(where) else "consent-wall" if _CONSENT.search(where) else "offsite"
    return Refusal(reason, f"redirected to {url}")


def as_told(findings: Findings, source: Source, url: str, site: Site) -> Findings:
    """What `source`, which answered under `url`, gave in a person's eyes: links of which none leads to the site are none."""
    problems = [f"redirects to {url}"] if url != source.url else []
    if findings.links and not any(same_site(link.url, site.url) for link in findings.links):
        problems.append(f"none of its {len(findings.links):,} links leads to the site, such as {findings.links[0].url}")
        findings = replace(findings, links=[])
    return findings if findings.links else replace(findings, problems=[*problems, *findings.problems])


def moved_permanently(response: Response) -> bool:
    """Whether the page was reached through redirects, each of which was permanent (301 or 308)."""
    reasons = response.meta.get("redirect_reasons", [])
    return bool(reasons) and all(reason in (301, 308) for reason in reasons)


def older_than(link: Link, since: datetime) -> bool:
    """Whether the source dates the link, and before `since`. A link without a date is not older."""
    dates = [datetime.fromisoformat(text) for text in (link.modified, link.published) if text]
    return bool(dates) and all((date if date.tzinfo else date.replace(tzinfo=UTC)) < since for date in dates)
