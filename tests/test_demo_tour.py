"""`scrapy demo` as its users meet it: the server, and the tour that crawls it twice."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler import tour
from crawler.errors import ConfigError
from crawler.formats.archive import Archive

PROJECT = Path(__file__).parent.parent
GONE = "/2026/03/tax-letters-went-to-wrong-street.html"
MOMENT = datetime(2026, 3, 20, tzinfo=UTC)


def scrapy(*arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "SCRAPY_SETTINGS_MODULE": "crawler.settings"}
    command = [sys.executable, "-m", "crawler", *arguments]
    return subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 143)])
def test_the_command_serves_until_it_is_told_to_end(number: signal.Signals, code: int) -> None:
    with scrapy("demo", "--port", "0", "--day", "2") as child:
        assert child.stdout is not None
        greeting = child.stdout.readline()
        port = int(re.findall(r"127\.0\.0\.1:(\d+)", greeting)[0])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for _ in range(20):  # one that hangs up before it has read its answer is nothing to speak of
            connection.request("GET", GONE)
            assert connection.getresponse().status == 410
            connection.close()
        child.send_signal(number)
        out, err = child.communicate(timeout=120)
    assert (child.returncode, out, err) == (code, "Ended after 20 requests.\n", "")


def test_a_busy_port_is_a_clear_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        for extra in ((), ("--tour",)):
            with scrapy("demo", "--port", str(port), *extra) as child:
                _, err = child.communicate(timeout=120)
            assert child.returncode == 2
            assert err == f"port {port} on 127.0.0.1 is in use by another program; choose another one with --port N\n"


# The tour's precautions.


def demo_config(folder: Path, text: str = 'url: http://127.0.0.1:8765/\ncrawl: {delay: 0, allow_private: ["127.0.0.1:8765"]}\n') -> Path:
    folder.mkdir()
    (folder / "demo.yaml").write_text(text)
    (folder / "_defaults.yaml").write_text("{}\n")
    (folder / "other.yaml").write_text("url: https://other.example/\n")
    return folder


def test_another_port_gets_its_own_copy_of_the_config(tmp_path: Path) -> None:
    configs = demo_config(tmp_path / "configs")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    tour._configs_for(4321, configs, scratch)
    assert (scratch / "demo.yaml").read_text() == (configs / "demo.yaml").read_text().replace("8765", "4321")
    assert sorted(path.name for path in scratch.iterdir()) == ["_defaults.yaml", "demo.yaml"]
    strange = demo_config(tmp_path / "strange", "url: https://elsewhere.example/\n")
    with pytest.raises(ConfigError, match="does not describe the demo blog"):
        tour._configs_for(4321, strange, scratch)


def test_an_archive_of_unknown_origin_is_left_alone(tmp_path: Path) -> None:
    console = tour.Console(quiet=True)
    site = Archive(tmp_path).site("demo")
    tour._forget_earlier(site, console)
    site.warc_folder(MOMENT).mkdir(parents=True)
    with pytest.raises(ConfigError, match="does not tell where its pages came from"):
        tour._forget_earlier(site, console)
    assert site.warc_folder(MOMENT).is_dir()


def test_the_tour_tells_the_truth_and_clears_away_an_earlier_one(tmp_path: Path) -> None:
    for expected in ("", f"Removed {tmp_path / 'demo'}"):
        with scrapy("demo", "--tour", "--port", "0", "-s", f"ARCHIVE_DIR={tmp_path}") as child:
            out, err = child.communicate(timeout=240)
        assert (child.returncode, err) == (0, ""), out
        assert expected in out
        assert "Day 2: 1 gone, 1 new, 1 revised, 2 looked at and unchanged, 10 not due" in out
        assert "✗" not in out
    assert len(list(Archive(tmp_path).runs("demo"))) == 2
    command = next(line for line in out.splitlines() if line.strip().startswith("tail -c"))
    record = subprocess.run(["sh", "-c", command], capture_output=True, check=True, timeout=120).stdout
    assert record.startswith(b"WARC/1.1\r\n")


def test_the_tour_fails_with_the_crawl(tmp_path: Path) -> None:
    configs = demo_config(tmp_path / "configs", "url: http://127.0.0.1:8765/\nartikels: {}\n")
    with scrapy("demo", "--tour", "--port", "0", "-s", f"ARCHIVE_DIR={tmp_path / 'archive'}", "-s", f"CONFIGS_DIR={configs}") as child:
        out, err = child.communicate(timeout=60)
    assert child.returncode == 2
    assert "artikels" in err
    assert "the crawl ended with exit code 2" in out
