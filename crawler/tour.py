"""The demo's tour: two crawls of the demo blog by the real command, and what they left, held against what the blog says."""

from __future__ import annotations

import html
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from rich.console import Console
from rich.filesize import decimal
from rich.table import Table
from rich.text import Text

from crawler.demo import DEFAULT_PORT, Check, DemoBlog, judge_first, judge_second
from crawler.errors import ArchiveError, ConfigError, ExitCode
from crawler.formats.archive import Archive, SiteArchive
from crawler.formats.article import Article
from crawler.formats.verification import verify_site
from crawler.formats.warc import read_capture

SITE = "demo"
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class _Day:
    """What one crawl told."""

    articles: list[Article]
    unchanged: int
    """Articles looked at again and found as they were."""
    known: int
    """Articles known before the crawl."""
    checks: list[Check]


def run_tour(archive_root: Path, configs: Path, port: int, console: Console) -> int:
    """Crawls the demo blog on both of its days and shows what came of it. Returns the exit code.

    That is the child's own where a crawl failed, and HEALTH where the archive does not say what the blog says.
    Raises PortBusy, ConfigError where there is no config for the demo or the archive's part of it is not the demo's, SiteLocked.
    """
    here = Path.cwd()
    shown = archive_root.relative_to(here) if archive_root.is_relative_to(here) else archive_root  # short paths, to be copied
    site = Archive(shown).site(SITE)
    days: list[_Day] = []
    with DemoBlog(port) as blog, tempfile.TemporaryDirectory(prefix="newsarchive-demo-") as scratch:
        if blog.port != DEFAULT_PORT or not (configs / f"{SITE}.yaml").is_file():
            configs = _configs_for(blog.port, configs, Path(scratch))
        _forget_earlier(site, console)
        for day in (1, 2):
            blog.day = day
            now = blog.edition.dawn.isoformat()  # the story's own calendar, by which some articles are due for another look
            console.print(
                f"\n[bold]Day {day}.[/bold] The blog is at {blog.url}; running [bold]scrapy crawl {SITE} -s NOW={now}[/bold]",
                soft_wrap=True,
            )
            if code := _crawl(archive_root, configs, now, console):
                console.print(f"✗ the crawl ended with exit code {code}", style="red")
                return code
            days.append(_learn(site, blog, days))
    _show(site, days, console)
    return ExitCode.DONE if all(check.good for day in days for check in day.checks) else ExitCode.HEALTH


def _configs_for(port: int, configs: Path, scratch: Path) -> Path:
    """A copy of the demo's config that names another port."""
    for name in ("_defaults.yaml", f"{SITE}.yaml"):
        if (configs / name).is_file():
            text = (configs / name).read_text("utf-8")
            (scratch / name).write_text(text.replace(f":{DEFAULT_PORT}", f":{port}"), "utf-8")
    copy = scratch / f"{SITE}.yaml"
    if not copy.is_file():  # installed from a wheel, and run in a folder of its own
        copy.write_text(f'url: http://{LOOPBACK}:{port}/\ncrawl: {{delay: 0, allow_private: ["{LOOPBACK}:{port}"]}}\n', "utf-8")
    if f"{LOOPBACK}:{port}" not in copy.read_text("utf-8"):
        raise ConfigError(f"{configs / SITE}.yaml does not describe the demo blog at {LOOPBACK}:{DEFAULT_PORT}")
    return scratch


def _forget_earlier(site: SiteArchive, console: Console) -> None:
    """Removes what an earlier tour left, once it is sure that nothing else is in there."""
    if not site.folder.is_dir() or not (found := [entry for entry in site.folder.iterdir() if entry.name != "lock"]):
        return
    with site.lock:
        hosts = _hosts(site)
        if hosts != {LOOPBACK}:
            what = f"holds pages of {', '.join(sorted(hosts - {LOOPBACK}))}" if hosts else "does not tell where its pages came from"
            raise ConfigError(f"{site.folder} {what}; the tour removes only its own archive. Move it away or name another -s ARCHIVE_DIR=…")
        for entry in found:
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    console.print(f"Removed {site.folder}, which an earlier tour left: every page in it came from {LOOPBACK}.", soft_wrap=True)


def _hosts(site: SiteArchive) -> set[str]:
    """Hosts of all articles and sources that the archive tells of. Raises ArchiveDamaged."""
    urls = [article.url for article in site.articles()]
    urls += [source.url for run in site.runs() for source in run.sources]
    return {urlsplit(url).hostname or "" for url in urls}


def _crawl(archive_root: Path, configs: Path, now: str, console: Console) -> int:
    """The real command as a child, on the same terminal. Returns its exit code."""
    settings = {"ARCHIVE_DIR": archive_root.resolve(), "CONFIGS_DIR": configs.resolve(), "NOW": now}
    options = [part for name, value in settings.items() for part in ("-s", f"{name}={value}")]
    console.file.flush()
    with subprocess.Popen([sys.executable, "-m", "crawler", "crawl", SITE, *options]) as child:
        try:
            code = child.wait()
        except KeyboardInterrupt:  # the terminal sent it to the child as well, which closes its files before it ends
            child.wait()
            return ExitCode.INTERRUPTED
    return code if code >= 0 else 128 - code


def _learn(site: SiteArchive, blog: DemoBlog, before: Sequence[_Day]) -> _Day:
    """What the last crawl told, judged. Raises ArchiveError."""
    known = {(article.id, article.revision) for day in before for article in day.articles}
    articles = [article for article in site.articles() if (article.id, article.revision) not in known]
    judge = judge_second if before else judge_first
    checks = [
        *judge(blog.truth(), articles),
        *(_pointer_check(site.root, article) for article in articles if article.change != "gone"),
        *_manners_checks(blog),
        _soundness_check(site),
    ]
    *_, last = site.runs()
    return _Day(articles, last.articles.get("unchanged", 0), last.known_articles, checks)


def _manners_checks(blog: DemoBlog) -> list[Check]:
    """Whether robots.txt was obeyed."""
    asked = {request.path for request in blog.requests}
    forbidden = {row["url"] for row in blog.truth() if row["kind"] == "disallowed"}
    return [Check(url, "never requested, as robots.txt asks", urlsplit(url).path not in asked, "requested") for url in sorted(forbidden)]


def _soundness_check(site: SiteArchive) -> Check:
    """Whether the archive passes `scrapy verify`."""
    problems = [str(problem) for problem in verify_site(site)]
    return Check(str(site.folder), "verify finds nothing wrong", not problems, "; ".join(problems[:3]))


def _pointer_check(root: Path, article: Article) -> Check:
    """Whether the article's `warc` leads to a record whose payload holds the headline."""
    what = "WARC record holds the headline"
    if article.warc is None:
        return Check(article.url, what, False, "no pointer")
    try:
        page = html.unescape(read_capture(root, article.warc).body().decode("utf-8", "replace"))
    except ArchiveError as error:
        return Check(article.url, what, False, str(error))
    return Check(article.url, what, (article.headline or "") in page, f"{len(page)} characters without it")


def _show(site: SiteArchive, days: Sequence[_Day], console: Console) -> None:
    first, second = days
    _show_files(site, console)
    _show_articles(first, console)
    _show_changes(second, console)
    _show_checks([*first.checks, *second.checks], console)
    _show_next(site, (second.articles or first.articles)[:1], console)


def _show_files(site: SiteArchive, console: Console) -> None:
    console.print("\n[bold]What was saved[/bold]")
    for path in (*site.warc_files(), *site.article_files(), *site.reports()):
        console.print(f"  {decimal(path.stat().st_size):>9}  {path}", soft_wrap=True, highlight=False)


def _show_articles(day: _Day, console: Console) -> None:
    table = Table(title=f"Day 1: {len(day.articles)} articles", title_justify="left", title_style="bold")
    table.add_column("✓")
    table.add_column("Headline", ratio=1)
    table.add_column("Section")
    table.add_column("Published", no_wrap=True)
    wrong = {check.url for check in day.checks if not check.good}
    for article in sorted(day.articles, key=lambda article: article.published or ""):
        mark = "✗" if wrong & {article.url, article.canonical_url} else "✓"
        table.add_row(mark, Text(article.headline or "–"), Text(article.section or "–"), (article.published or "–")[:10])
    console.print()
    console.print(table)


def _show_changes(day: _Day, console: Console) -> None:
    counts = Counter(article.change for article in day.articles)
    told = ", ".join(f"{count} {change}" for change, count in sorted(counts.items())) or "nothing new"
    rest = day.known - day.unchanged - sum(count for change, count in counts.items() if change != "new")
    console.print(f"\n[bold]Day 2: {told}, {day.unchanged} looked at and unchanged, {rest} not due[/bold]", soft_wrap=True)
    for article in day.articles:
        fields = f" (changed: {', '.join(article.changed_fields)})" if article.changed_fields else ""
        console.print(Text(f"  {article.change:<8} {article.headline}{fields}"), soft_wrap=True)


def _show_checks(checks: Iterable[Check], console: Console) -> None:
    told = list(checks)
    wrong = [check for check in told if not check.good]
    mark, style = ("✗", "red") if wrong else ("✓", "green")
    console.print(f"\n{mark} {len(told) - len(wrong)} of {len(told)} statements hold against what the blog says of itself", style=style)
    for check in wrong:
        console.print(Text(f"  ✗ {check.url}: {check.what}: {check.found}", style="red"), soft_wrap=True)


def _show_next(site: SiteArchive, articles: Sequence[Article], console: Console) -> None:
    console.print("\n[bold]Try next[/bold]")
    lines = f"{site.folder}/articles/*/*/*.jsonl"
    commands = [f"jq -r '[.change, .published, .section, .headline] | @tsv' {lines}"]
    for article in articles:
        commands.append(f"""jq 'select(.id == "{article.id}") | {{headline, revision, changed_fields, warc}}' {lines}""")
        if article.warc:
            record = f"tail -c +{article.warc.offset + 1} {site.root / article.warc.file} | head -c {article.warc.length}"
            commands.append(f"{record} | gunzip | head -n 12")
    for command in [*commands, f"newsarchive verify {SITE} -s ARCHIVE_DIR={site.root}"]:
        console.print(Text(f"  {command}"), soft_wrap=True)
