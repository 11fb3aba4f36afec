"""`scrapy savepage SITE URL`: fetches one page by the real crawl and keeps it as a golden page, to be reviewed by a person."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.commands import configured_site, ends_plainly, settings_from_command_line
from crawler.discovery.text import printable
from crawler.errors import ConfigError, CrawlerError, ExitCode
from crawler.fleet import Fleet, Turn
from crawler.formats.archive import Archive, read_crawl_log
from crawler.formats.article import Article
from crawler.golden import EXPECTED, GoldenPage, name_of
from crawler.spiders.arguments import Arguments

PLACE = Path("tests", "sites")
LONGEST_S = 600.0
"""Of the crawl: one page over all its tries, after its robots.txt."""
GRACE_S = 20.0
"""What the crawl gets to end in after SIGTERM: more than `STOP_GRACE`."""


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[options] SITE URL"

    def short_desc(self) -> str:
        return "Fetch one page and keep it with the article it reads as, for the tests"

    def long_desc(self) -> str:
        return (
            "Fetch one page of a site by a real crawl of its own and keep it under tests/sites/SITE/NAME/: a small WARC file and the "
            "article that it reads as, which a person must review. The test suite reads every saved page again, without network."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--name", help="name of the page's folder (default: the last words of the URL)")
        parser.add_argument("--into", metavar="FOLDER", type=Path, default=PLACE, help=f"folder of saved pages (default: {PLACE})")
        parser.add_argument("--force", action="store_true", help="replace a page of that name")

    @ends_plainly
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 2:
            raise UsageError("name a site and a URL", print_help=False)
        key, url = args
        try:
            self.exitcode = self._save(key, url, opts)
        except CrawlerError as error:
            print(error, file=sys.stderr)
            self.exitcode = error.exit_code

    def _save(self, key: str, url: str, opts: argparse.Namespace) -> int:
        Arguments.parse({"url": url})
        site = configured_site(self.settings, key)
        page = GoldenPage(opts.into / key / _folder_name(opts.name or name_of(url)))
        if page.exists and not opts.force:
            raise ConfigError(f"{page.folder} is there already; --force replaces it, --name N saves a second page beside it")
        with tempfile.TemporaryDirectory(prefix="newsarchive-page-") as scratch:
            code, interrupted = self._crawl(key, url, Path(scratch))
            if interrupted:
                return 128 + interrupted
            lines = list(Archive(scratch).articles(key))
            if not lines or lines[0].warc is None:
                for why in _why_not(Archive(scratch), key):
                    print(f"{key}: {printable(why)}", file=sys.stderr)
                return code or ExitCode.SITE_FAILED
            article = page.save(Path(scratch), lines[0].warc, site)
        print("\n".join(review(page, article)))
        return ExitCode.DONE

    def _crawl(self, key: str, url: str, scratch: Path) -> tuple[int, int | None]:
        """The real command as a child, into an archive of its own; its exit code, and the signal that asked this command to end."""
        assert self.settings is not None, "Scrapy gives every command its settings before it runs"
        configs = Path(self.settings["CONFIGS_DIR"]).resolve()
        places = ["-s", f"CONFIGS_DIR={configs}", "-s", f"ARCHIVE_DIR={scratch}"]
        command = [sys.executable, "-m", "crawler", "crawl", key, "-a", f"url={url}", *settings_from_command_line(self.settings), *places]
        fleet = Fleet(lambda _: command, jobs=1, limit_s=LONGEST_S, grace_s=GRACE_S, silent=True)
        codes = [ended.code for ended in fleet.run(iter([Turn(key, Archive(scratch).site(key).due_lock.acquire())]))]
        code = next(iter(codes), ExitCode.SITE_FAILED)
        return code if code >= 0 else 128 - code, fleet.interrupted


def _folder_name(name: str) -> str:
    if not name or name.startswith((".", "_")) or Path(name).name != name:
        raise ConfigError(f"--name {name!r}: must be the plain name of a folder")
    return name


def _why_not(archive: Archive, key: str) -> Iterator[str]:
    """What became of each URL of the crawl that is no article."""
    for path in archive.site(key).crawl_logs():
        for line in read_crawl_log(path):
            if line.outcome not in ("robots", "redirect"):
                yield f"{line.url}: {line.outcome}" + (f": {line.detail}" if line.detail else "")


def review(page: GoldenPage, article: Article) -> Iterator[str]:
    """What a person should look at."""
    paragraphs = (article.body or "").split("\n\n")
    kinds = [block.type for block in article.blocks]
    counts = ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))
    values = {
        "headline": article.headline,
        "section": article.section,
        "authors": "; ".join(article.authors),
        "published": article.published,
        "modified": article.modified,
        "language": article.language,
        "access": article.access,
        "body begins": paragraphs[0][:100],
        "body ends": paragraphs[-1][-100:],
        "blocks": counts,
    }
    yield f"saved {page.folder}"
    for name, value in values.items():
        yield f"  {name:<12} {printable(value) if value else '–'}"
    yield f"Hold {page.folder / EXPECTED} against the page: is every field what it says, is nothing of the body missing, nothing too much?"
    yield "Correct there by hand what is wrong; the tests then fail until a rule in the site's config, or the code, reads the page so."
