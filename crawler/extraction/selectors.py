"""Whether the selectors that a config names match anything on a page; for a person who checks the config."""

from __future__ import annotations

from collections.abc import Iterator

from crawler.errors import CaptureError
from crawler.extraction.page import Page, parse
from crawler.extraction.rules import count, rules_of
from crawler.extraction.tree import Unreadable
from crawler.formats.capture import Capture
from crawler.formats.site import ExtractRules, Rule, Site


def matches(capture: Capture, site: Site) -> dict[str, int]:
    """How many elements each configured selector matches on the page in `capture`, by the key in the YAML and the selector itself.

    Empty where no rule holds on the day of the capture, and for what is no page.
    """
    rules = rules_of(site, capture.date.date())
    if rules is None:
        return {}
    try:
        page = parse(capture.body(), capture.header("content-type") or "", capture.url)
    except (CaptureError, Unreadable):
        return {}
    return dict(_counted(page, rules))


def _counted(page: Page, rules: ExtractRules) -> Iterator[tuple[str, int]]:
    for name in ExtractRules.model_fields:
        rule = getattr(rules, name)
        if isinstance(rule, Rule):
            yield f"{name}: {rule.css or rule.xpath}", count(page, rule)
            for selector in rule.remove:
                yield f"{name}.remove: {selector}", count(page, Rule(css=selector))
