"""What an answer, or none, usually means: the likely cause in plain words."""

from __future__ import annotations

import re
from collections import Counter

from crawler.formats.run import FAILED, Run, why_failed

HINTS = {
    "401": "the site asks for a login",
    "403": "the site refuses the crawler",
    "404": "addresses may have changed",
    "429": "the site asks for fewer requests",
    "451": "the site withholds its pages for legal reasons",
    "tls-failed": "the site's certificate may have expired",
    "host-not-found": "the site's domain may be gone, or this machine finds no addresses",
    "unreachable": "the site's server takes no connection",
    "no-answer": "the site's server hangs up",
    "timeout": "the site does not answer",
    "malformed": "the site's server does not speak HTTP as it should",
    "unreadable": "a source of the site takes more time or memory to read than any should",
    "address-refused": "the site's name leads to a private address",
    "too-large": "pages are longer than crawl.max_page_bytes",
    "decoded-too-large": "pages are longer than crawl.max_page_bytes",
    "robots-denied": "robots.txt forbids it to the crawler",
    "robots-unavailable": "robots.txt cannot be read",
    "redirect-loop": "pages lead back to themselves",
}
"""By HTTP status, or by the outcome of a request without answer."""

_ROBOTS = re.compile(r"/robots\.txt: (?:status (?P<status>\d{3})|(?P<outcome>[a-z]+(?:-[a-z]+)*))")
"""How a source's problem tells why robots.txt could not be read."""


def is_bad(answer: str) -> bool:
    """Whether a key of `Run.requests` is an error status or a failure."""
    return int(answer) >= 400 if answer.isdigit() else answer in FAILED and answer not in ("robots-denied", "cancelled")


def group(answer: str) -> str:
    """404 and 410 say the same."""
    return "404" if answer == "410" else answer


def cause(run: Run, answer: str) -> str:
    """The likely cause of a bad answer; where robots.txt cannot be read, what kept it away."""
    if answer == "robots-unavailable":
        told = next((found for look in run.sources for text in look.problems if (found := _ROBOTS.search(text))), None)
        if told:
            why = told["status"] or told["outcome"]
            how = f"it answers with {why}" if told["status"] else f"asking for it ends in {why}"
            return f"robots.txt cannot be read: {how}" + (f", {hint}" if (hint := _hint(why)) else "")
    return _hint(answer)


def _hint(answer: str) -> str:
    return HINTS.get(answer, "the site's server fails" if answer.startswith("5") else "")


def failure_of(run: Run) -> str:
    """Why the site failed in `run`, with the answer that most of its requests had and the likely cause."""
    reason = why_failed(run) or "the site failed"
    bad: Counter[str] = Counter()
    for answer, number in run.requests.items():
        if is_bad(answer):
            bad[group(answer)] += number
    led = sum(number for answer, number in run.requests.items() if answer.startswith("3") and answer != "304")
    if led > sum(bad.values()):
        return f"{reason}: {led} of {sum(run.requests.values())} requests were redirected, the site may lead its pages elsewhere"
    if not bad:
        return reason
    [(answer, number)] = bad.most_common(1)
    how = f"answered with {answer}" if answer.isdigit() else f"ended in {answer}"
    likely = cause(run, answer)
    return f"{reason}: {number} of {sum(run.requests.values())} requests {how}" + (f", {likely}" if likely else "")
