"""Holds the archive against the truth, and the requests against the least that could have been made."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from simulated_press import FIRST_DAY, Line, Post, Press

RECHECK = tuple(timedelta(hours=hours) for hours in (1, 6, 24, 7 * 24, 30 * 24))
"""The ages at which an article is looked at again where a config says nothing."""


def by_post(lines: list[dict[str, Any]]) -> dict[int, list[dict[str, Any]]]:
    """Article lines by the number of their post, which every address of it tells."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for line in lines:
        number = re.search(r"note-(\d+)-", line["canonical_url"])
        assert number, f"no article of this blog: {line['canonical_url']}"
        found[int(number[1])].append(line)
    return found


def faults(press: Press, lines: list[dict[str, Any]]) -> list[str]:
    """Everything that the archive says otherwise than the truth; empty where it says exactly that."""
    found, expected = by_post(lines), press.expected()
    told = [f"post {number}: {len(found[number])} lines about nothing" for number in found.keys() - expected.keys()]
    for number, wanted in expected.items():
        told += _faults_of(press.posts[number], wanted, found.get(number, []))
    return told


def _faults_of(post: Post, wanted: list[Line], lines: list[dict[str, Any]]) -> list[str]:
    shown = [f"{line['change']}@{_day(line)}" for line in lines]
    name = f"post {post.number} ({post.path})"
    if shown != [f"{line.change}@{line.day}" for line in wanted]:
        return [
            f"{name}: {shown} instead of {[f'{line.change}@{line.day}' for line in wanted]}; {[line['changed_fields'] for line in lines]}"
        ]
    told = []
    if len({line["id"] for line in lines}) > 1 or [line["revision"] for line in lines] != list(range(1, len(lines) + 1)):
        told.append(f"{name}: more than one article")
    for line, want in zip(lines, wanted, strict=True):
        if not want.fields <= set(line["changed_fields"]):
            told.append(f"{name}: {line['change']} of {line['changed_fields']}, not of {sorted(want.fields)}")
        if line["headline"] != want.headline:
            told.append(f"{name}: headline {line['headline']!r} instead of {want.headline!r}")
        if line["change"] != "gone" and not line["canonical_url"].endswith(want.path):
            told.append(f"{name}: at {line['canonical_url']} instead of {want.path}")
    last = lines[-1]
    if last["change"] != "gone" and not post.absent and last["body"] != "\n\n".join(post.paragraphs):
        told.append(f"{name}: another body: {last['body'][:200]!r}")
    if (last["section"], last["authors"]) != (post.section, [post.author]):
        told.append(f"{name}: section {last['section']!r}, authors {last['authors']}")
    return told


def _day(line: dict[str, Any]) -> int:
    return (datetime.fromisoformat(line["captured"]) - FIRST_DAY).days


@dataclass
class Thrift:
    """Counts, day by day, how many pages a crawl must ask for that knows beforehand what changed.

    It must ask for each page that appeared, changed, or of which a source says so; twice for one that moved; each day for one that
    is not there, until that is believed; and at each age of `RECHECK`.
    """

    seen: dict[int, tuple[object, ...]] = field(default_factory=dict)
    looked: dict[int, datetime] = field(default_factory=dict)

    def pages(self, press: Press) -> int:
        """Pages of this day."""
        return sum(self._needed(post, press) for post in press.posts)

    def _needed(self, post: Post, press: Press) -> int:
        state = (post.path, post.modified, post.absent, post.listed)
        before = self.seen.get(post.number)
        doubted = post.absent in ("404", "home") and press.truth[post.number][-1].day >= press.day
        aged = post.number in self.looked and any(self.looked[post.number] < post.published + age <= press.now for age in RECHECK)
        if post.absent and not doubted and before == state:
            aged = False
        if before == state and not doubted and not aged:
            return 0
        self.seen[post.number] = state
        self.looked[post.number] = press.now
        moved = before is not None and before[0] != post.path
        return 2 if moved else 1
