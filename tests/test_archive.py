"""The archive folder: its reader, its run ids, its line files."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from test_article import article

from crawler.errors import ArchiveDamaged, ArchiveUnwritable, ConfigError
from crawler.formats.archive import Archive, LineFile, new_run_id, run_started
from crawler.formats.article import Article, encode_article
from crawler.formats.fixity import digest_problem

MORNING = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)


def stamp(hours: float) -> str:
    return (MORNING + timedelta(hours=hours)).isoformat(timespec="microseconds").replace("+00:00", "Z")


def write(archive: Archive, site: str, begun: float, *states: Article) -> Path:
    """One closed file of article lines, by a run that began `begun` hours after the first morning."""
    file = LineFile(archive.site(site).articles_path(new_run_id(MORNING + timedelta(hours=begun))))
    for state in states:
        file.append(encode_article(state))
    closed = file.close()
    assert closed
    return closed


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Two sites; of `a`, one article in three states and one in one."""
    archive = Archive(tmp_path)
    one = article(site="a", id="1", captured=stamp(0.2))
    two = article(site="a", id="2", captured=stamp(0.1))
    write(archive, "a", 0, one, two)
    write(archive, "a", 24, article(site="a", id="1", revision=2, change="revised", captured=stamp(24.1)))
    write(archive, "b", 12, article(site="b", id="3", captured=stamp(12.1)))
    write(archive, "a", 48, article(site="a", id="1", revision=3, change="gone", captured=stamp(48.1)))
    return archive


def told(articles: object) -> list[tuple[str, int]]:
    return [(each.id, each.revision) for each in articles]  # type: ignore[attr-defined]


def test_articles_come_in_order_of_time(archive: Archive) -> None:
    assert archive.sites() == ["a", "b"]
    assert told(archive.articles()) == [("2", 1), ("1", 1), ("3", 1), ("1", 2), ("1", 3)]
    assert told(archive.articles("a")) == [("2", 1), ("1", 1), ("1", 2), ("1", 3)]


@pytest.mark.parametrize("since", [datetime(2026, 3, 2, tzinfo=UTC), date(2026, 3, 2), "2026-03-02", "2026-03-02T01:00:00+01:00"])
def test_since_leaves_out_what_was_captured_before(archive: Archive, since: date | str) -> None:
    assert told(archive.articles(since=since)) == [("1", 2), ("1", 3)]
    assert told(archive.articles("a", since="2026-03-01T06:10:00Z")) == [("1", 1), ("1", 2), ("1", 3)]


def test_latest_gives_the_last_state_of_each_article(archive: Archive) -> None:
    assert told(archive.articles(latest=True)) == [("2", 1), ("3", 1), ("1", 3)]


def test_a_file_that_is_still_written_is_not_read(archive: Archive) -> None:
    file = LineFile(archive.site("a").articles_path(new_run_id(MORNING + timedelta(hours=72))))
    file.append(encode_article(article(site="a", id="9", captured=stamp(72))))
    assert len(told(archive.articles())) == 5
    file.close()
    assert len(told(archive.articles())) == 6


def test_a_file_is_no_archive(tmp_path: Path) -> None:
    (tmp_path / "archive").touch()
    with pytest.raises(ConfigError, match="is a file"):
        Archive(tmp_path / "archive")


def test_a_damaged_line_is_named(archive: Archive) -> None:
    path = archive.site("b").article_files()[0]
    path.write_bytes(path.read_bytes().replace(b'"revision":1', b'"revision":0'))
    with pytest.raises(ArchiveDamaged, match=rf"{path.name}: byte 0: not an article"):
        list(archive.articles("b"))
    assert digest_problem(path) == "the file's bytes are not those that were closed (SHA-256 differs)"


@pytest.mark.parametrize("key", ["", "..", "a/b", ".hidden", "a\nb", "x" * 200])
def test_a_site_is_named_by_a_plain_name(tmp_path: Path, key: str) -> None:
    with pytest.raises(ConfigError, match="cannot name a site"):
        Archive(tmp_path).site(key)


def test_run_ids_sort_also_when_the_clock_goes_back() -> None:
    ids = list(
        itertools.accumulate(range(20), lambda last, hours: new_run_id(MORNING - timedelta(hours=hours), last), initial=new_run_id(MORNING))
    )
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)
    assert run_started(ids[0]) == MORNING


def test_a_torn_file_is_closed_at_its_last_whole_line(archive: Archive) -> None:
    site = archive.site("a")
    lines = [encode_article(article(site="a", id=str(number), captured=stamp(90), warc=None)) for number in range(3)]
    for cut in range(0, sum(map(len, lines)), 97):
        path = site.articles_path(new_run_id(MORNING + timedelta(hours=100, minutes=cut)))
        path.with_name(path.name + ".open").write_bytes(b"".join(lines)[:cut])
        whole = sum(sum(map(len, lines[: number + 1])) <= cut for number in range(3))
        closed = site.repair()
        assert site.repair() == []
        assert [item.read_bytes() for item in closed] == ([b"".join(lines[:whole])] if whole else [])
        assert not any(digest_problem(item) for item in closed)


def test_a_line_whose_record_was_lost_is_cut(archive: Archive) -> None:
    site = archive.site("a")
    path = site.articles_path(new_run_id(MORNING + timedelta(hours=100)))
    path.with_name(path.name + ".open").write_bytes(encode_article(article(site="a")))
    assert site.repair() == []


def test_a_line_file_takes_nothing_after_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = LineFile(tmp_path / "lines.jsonl")
    file.append(b"1\n")
    with monkeypatch.context() as patch:
        patch.setattr("os.write", lambda *_: 1)
        with pytest.raises(ArchiveUnwritable, match="short write: 1 of 2 bytes"):
            file.append(b"2\n")
    with pytest.raises(ArchiveUnwritable, match="an earlier write failed"):
        file.append(b"3\n")
    assert file.close() is None
    assert file.open_path.read_bytes() == b"1\n"


def test_two_writers_never_share_a_file(tmp_path: Path) -> None:
    first, second = LineFile(tmp_path / "lines.jsonl"), LineFile(tmp_path / "lines.jsonl")
    first.append(b"1\n")
    with pytest.raises(ArchiveUnwritable, match="exists"):
        second.append(b"2\n")
    first.close()
    with pytest.raises(ArchiveUnwritable, match="there already"):
        second.append(b"2\n")
