"""Telling someone, through real servers on loopback."""

from __future__ import annotations

import base64
import json
import logging
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, get_args

import pytest
import trustme
from loopback import Project, Web
from reports import report

from crawler.errors import ExitCode
from crawler.formats.finding import Finding, FindingKind
from crawler.formats.run import Run
from crawler.formats.site import Site
from crawler.notify import announce, announce_start, announce_unwritable, news
from crawler.notify.condition import group_of
from crawler.notify.metrics import metrics

SECRET = "kee-pit-quiet-4711"


class Receiver:
    """An HTTP server that remembers what it was sent, and answers with `status`."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str, bytes]] = []
        self.status = 200
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                receiver.got.append((self.command, self.path, body))
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST = answer

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture(autouse=True)
def own_notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "notes").mkdir()
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(tmp_path / "notes"))


class Inbox:
    """What an SMTP server took in, and who may hand it in: nobody needs a password where `password` is None."""

    def __init__(self, password: str | None = None, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None) -> None:
        self.password = password
        self.tls = tls
        self.starttls = starttls
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []

    @contextmanager
    def served(self) -> Iterator[int]:
        """Serves on loopback; gives the port."""
        inbox = self

        class Session(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                inbox.talk(self.request)

        with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield server.server_address[1]
            server.shutdown()

    def talk(self, connection: socket.socket) -> None:
        """One session of RFC 5321 with STARTTLS (RFC 3207) and AUTH PLAIN (RFC 4954)."""
        safe = self.tls is not None
        if self.tls:
            connection = self.tls.wrap_socket(connection, server_side=True)
        trusted = self.password is None
        connection.sendall(b"220 inbox\r\n")
        with connection, connection.makefile("rb") as lines:
            reader = lines
            while line := reader.readline().decode().rstrip("\r\n"):
                verb, _, rest = line.partition(" ")
                answer = b"250 ok\r\n"
                if verb.upper() == "EHLO":
                    answer = b"250-inbox\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n"
                elif verb == "STARTTLS" and self.starttls:
                    connection.sendall(b"220 go\r\n")
                    connection, safe = self.starttls.wrap_socket(connection, server_side=True), True
                    reader = connection.makefile("rb")
                    continue
                elif verb == "AUTH":
                    trusted = safe and base64.b64decode(rest.split()[1]) == f"\0crawler\0{self.password}".encode()
                    answer = b"235 ok\r\n" if trusted else f"535 {SECRET} is not it\r\n".encode()
                elif not trusted and verb.upper() != "QUIT":
                    answer = b"530 who are you\r\n"
                elif verb.upper().startswith("RCPT"):
                    self.recipients.append(rest.partition("<")[2].rstrip(">"))
                elif verb.upper() == "DATA":
                    connection.sendall(b"354 go\r\n")
                    body = b"".join(iter(reader.readline, b".\r\n"))
                    self.mails.append(message_from_bytes(body, policy=policy.default))
                if verb.upper() == "QUIT":
                    connection.sendall(b"221 bye\r\n")
                    break
                connection.sendall(answer)
            reader.close()
            connection.close()


def site(**notify: Any) -> Site:
    return Site.model_validate({"key": "tide", "url": "https://tide.example/", "notify": notify})


def finding(kind: str, subject: str, message: str) -> Finding:
    return Finding(kind=kind, subject=subject, site="tide", message=message, figures={}, since="2026-03-01T03:00:00.000000Z")  # type: ignore[arg-type]


SECTION = finding("coverage", "section", "section was found on 98 % of pages for 30 days, now on 0 of 41: the layout may have changed")
BODY = finding("body-length", "", "bodies were 3,000 characters long, now 300")
WALL = finding("refusals", "consent-wall", "41 of 41 pages were refused as consent-wall")
SILENT = finding("yield", "", "no new article in 2 days")


def run(day: int, code: int = 0, *found: Finding, **more: Any) -> Run:
    return report("tide", f"2026-03-{day:02}T03:00:00Z", 70 if found and not code else code, findings=found, **more)


def down(day: int) -> Run:
    return run(day, 69, urls={"robots-unavailable": 1}, requests={"500": 1})


def told(*runs: Run) -> list[tuple[int, str]]:
    """What each of `runs` gave to tell: number of the run, and the state."""
    return [(number, found.state) for number, each in enumerate(runs) if (found := news(each, runs[:number]))]


# -- what is news ------------------------------------------------------------------------------------------------------


def test_a_breakage_is_told_once_and_so_is_its_end() -> None:
    assert told(run(1), run(2, 0, SECTION), run(3, 0, SECTION), run(4), run(5)) == [(1, "broken"), (3, "recovered")]


def test_what_follows_from_a_breakage_is_no_news() -> None:
    assert told(run(1, 0, SECTION), run(2, 0, SECTION, BODY), run(3, 0, SECTION, BODY, SILENT)) == [(0, "broken")]
    assert told(run(1, 0, WALL), down(2), down(3), run(4, 0, WALL)) == [(0, "broken")]


def test_a_second_breakage_of_another_kind_is_news() -> None:
    assert told(run(1, 0, SECTION), run(2, 0, SECTION, WALL)) == [(0, "broken"), (1, "broken")]


def test_a_site_that_fails_once_is_given_a_second_run() -> None:
    assert told(run(1), down(2), run(3)) == []
    assert told(run(1), down(2), down(3), down(4), run(5)) == [(2, "broken"), (4, "recovered")]


def test_interruptions_and_single_pages_say_nothing() -> None:
    assert told(run(1, 0, SECTION), run(2, 143), run(3, 130), run(4, mode="url"), run(5, 0, SECTION)) == [(0, "broken")]


def test_the_archive_is_told_of_at_once() -> None:
    assert told(run(1), run(2, 74), run(3, 74), run(4)) == [(1, "broken"), (3, "recovered")]
    assert told(run(1), run(2, 65)) == [(1, "broken")]


def test_the_words_name_site_and_cause() -> None:
    found = news(down(2), [run(1), down(1)])
    assert found is not None
    assert found.headline == "tide: robots.txt was unavailable: 1 of 1 requests answered with 500, the site's server fails"


def test_a_fault_of_the_program_is_told() -> None:
    assert told(run(1), run(2, 70, end="error"), run(3, 70, end="error"), run(4)) == [(1, "broken"), (3, "recovered")]


def test_an_expired_certificate_is_called_so() -> None:
    expired = [run(day, 69, urls={"tls-failed": 2}, requests={"tls-failed": 2}) for day in (1, 2)]
    found = news(expired[1], expired[:1])
    assert found is not None
    assert "certificate may have expired" in found.headline


# -- channels ----------------------------------------------------------------------------------------------------------


def test_a_webhook_gets_json(receiver: Receiver, tmp_path: Path) -> None:
    announce(site(webhook={"url": f"{receiver.url}/hook"}), run(2, 0, SECTION), [run(1)], tmp_path, {})
    [(method, path, body)] = receiver.got
    assert (method, path) == ("POST", "/hook")
    assert json.loads(body) == {"site": "tide", "state": "broken", "headline": f"tide: {SECTION.message}", "problems": [SECTION.message]}
    announce(site(webhook={"url": f"{receiver.url}/hook"}), run(3, 0, SECTION), [run(1), run(2, 0, SECTION)], tmp_path, {})
    assert len(receiver.got) == 1


def test_slack_gets_its_shape_and_no_mark_up_of_ours(receiver: Receiver, tmp_path: Path) -> None:
    sly = finding("coverage", "section", "see <https://evil.example|here> & now")
    slack = site(webhook={"url_env": "SLACK_URL", "shape": "slack"})
    announce(slack, run(2, 0, sly), [run(1)], tmp_path, {"SLACK_URL": f"{receiver.url}/services/{SECRET}"})
    [(_, path, body)] = receiver.got
    assert path == f"/services/{SECRET}"
    assert json.loads(body) == {"text": "tide: see &lt;https://evil.example|here&gt; &amp; now"}


def test_a_monitor_hears_of_every_run(receiver: Receiver, tmp_path: Path) -> None:
    monitored = site(ping={"url_env": "PING_URL"})
    environ = {"PING_URL": f"{receiver.url}/ping/{SECRET}?rid=1"}
    announce_start(monitored, environ)
    announce(monitored, run(1), [], tmp_path, environ)
    announce(monitored, run(2, 0, SECTION), [run(1)], tmp_path, environ)
    announce_unwritable(monitored, "no space left", tmp_path, environ)
    ways = [path.removeprefix(f"/ping/{SECRET}") for _, path, _ in receiver.got]
    assert ways == ["/start?rid=1", "?rid=1", "/fail?rid=1", "/fail?rid=1"]


def test_prometheus_finds_a_whole_file(tmp_path: Path) -> None:
    announce(site(prometheus={"folder": str(tmp_path)}), run(2, 0, SECTION, articles={"new": 7}), [], tmp_path, {})
    lines = (tmp_path / "newsarchive_tide.prom").read_text().splitlines()
    assert 'newsarchive_last_run_articles{site="tide",change="new"} 7' in lines
    assert 'newsarchive_last_run_exit_code{site="tide"} 70' in lines
    assert 'newsarchive_healthy{site="tide"} 0' in lines
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["newsarchive_tide.prom"]


def test_the_text_format_names_each_metric_once() -> None:
    text = metrics(run(1, requests={"200": 3, "404": 1}))
    types = [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")]
    samples = {line.split("{")[0] for line in text.splitlines() if not line.startswith("#")}
    assert len(types) == len(set(types))
    assert samples == set(types)
    assert text.endswith("\n")


def mail(port: int, **more: Any) -> dict[str, Any]:
    return {
        "to": ["a@library.example", "b@library.example"],
        "sender": "crawler@library.example",
        "host": "localhost",
        "port": port,
        **more,
    }


def test_a_mail_in_the_clear(tmp_path: Path) -> None:
    inbox = Inbox()
    long = finding("coverage", "section", "x" * 300 + "\r\nBcc: everybody@example.org")
    with inbox.served() as port:
        announce(site(mail=mail(port, host="127.0.0.1", security="none")), run(2, 0, long), [run(1)], tmp_path, {})
    [message] = inbox.mails
    assert message["Subject"].startswith("[newsarchive] tide: xxx")
    assert len(message["Subject"]) <= 150
    assert message["Bcc"] is None
    assert message["Auto-Submitted"] == "auto-generated"
    assert inbox.recipients == ["a@library.example", "b@library.example"]
    assert "scrapy status --site tide" in message.get_content()


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("password", [SECRET, "wrong-" + SECRET])
def test_a_mail_with_password_over_tls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, security: str, password: str
) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))

    inbox = Inbox(SECRET, **{security: context})
    with inbox.served() as port:
        safe = site(mail=mail(port, security=security, user="crawler", password_env="SMTP_PASSWORD"))
        announce(safe, run(2, 0, SECTION), [run(1)], tmp_path / "archive", {"SMTP_PASSWORD": password})
    assert len(inbox.mails) == (password == SECRET)
    assert ("SMTPAuthenticationError, SMTP status 535" in caplog.text) == (password != SECRET)
    assert len(caplog.records) == (password != SECRET)
    assert SECRET not in caplog.text
    assert all(SECRET not in message.as_string() for message in inbox.mails)


# -- when it goes wrong ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [403, 500])
def test_a_delivery_that_fails_is_a_warning_without_the_secret(
    receiver: Receiver, tmp_path: Path, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    receiver.status = status
    environ = {"HOOK": f"{receiver.url}/{SECRET}", "PING": f"gopher://x/{SECRET}"}
    announce(site(webhook={"url_env": "HOOK"}, ping={"url_env": "PING"}), run(2, 0, SECTION), [run(1)], tmp_path, environ)
    assert [record.levelno for record in caplog.records] == [logging.WARNING, logging.WARNING]
    assert f"HTTP status {status}" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    "address", [f"http://127.0.0.1:1/{SECRET}", f"http://[::1/{SECRET}", f"http://127.0.0.1:1/{SECRET} x", f"http://:x/{SECRET}"]
)
def test_an_address_that_leads_nowhere(tmp_path: Path, caplog: pytest.LogCaptureFixture, address: str) -> None:
    announce(site(webhook={"url_env": "HOOK"}), run(2, 0, SECTION), [run(1)], tmp_path, {"HOOK": address})
    assert "webhook: could not be delivered" in caplog.text
    assert SECRET not in caplog.text


def test_a_variable_that_is_not_set(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    announce(site(ping={"url_env": "PING_URL"}, prometheus={"folder": str(tmp_path / "no")}), run(1), [], tmp_path, {})
    assert "the environment variable PING_URL is not set" in caplog.text
    assert "prometheus: could not be delivered" in caplog.text


def test_a_full_disk_is_told_once_although_no_report_remembers_it(receiver: Receiver, tmp_path: Path) -> None:
    hooked = site(webhook={"url": receiver.url})
    past = [run(1)]
    announce(hooked, run(2, ExitCode.UNWRITABLE), past, tmp_path, {})
    announce(hooked, run(3, ExitCode.UNWRITABLE), past, tmp_path, {})
    announce_unwritable(hooked, "no space left on device", tmp_path, {})
    announce(hooked, run(4), past, tmp_path, {})
    announce(hooked, run(5), [*past, run(4)], tmp_path, {})
    assert [json.loads(body)["state"] for _, _, body in receiver.got] == ["broken", "recovered"]


# -- config ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "notify",
    [
        {"webhook": {}},
        {"webhook": {"url": "https://a.example/", "url_env": "A"}},
        {"webhook": {"url": "https://hooks.slack.example/x", "shape": "slack"}},
        {"ping": {"url_env": "https://secret.example/"}},
        {"mail": mail(25, user="x")},
        {"mail": mail(25, host="mail.example", security="none", user="x", password_env="X")},
        {"mail": mail(25, password=SECRET)},
        {"mail": {**mail(25), "to": []}},
        {"prometheus": {"folder": "relative/path"}},
    ],
)
def test_configs_that_are_refused(notify: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="notify"):
        site(**notify)


def test_each_kind_of_finding_is_told_in_some_group() -> None:
    for kind in get_args(FindingKind):
        group_of(Finding(kind=kind, subject="", site="tide", message="", figures={}, since="2026-03-01T06:00:00Z"))


# -- through real runs -------------------------------------------------------------------------------------------------

NAMES = """
from pathlib import Path
from scrapy.resolver import CachingHostnameResolver
from twisted.internet._resolver import HostResolution

class Names(CachingHostnameResolver):
    '''Knows tide.example, until a file says that it is lost.'''

    def resolveHostName(self, receiver, hostName, *rest, **more):
        if hostName == "tide.example" and Path("lost").exists():
            receiver.resolutionBegan(HostResolution(hostName))
            receiver.resolutionComplete()
            return None
        return super().resolveHostName(receiver, hostName.replace("tide.example", "127.0.0.1"), *rest, **more)
"""


def test_a_site_whose_name_is_lost_is_told_once_and_so_is_its_return(web: Web, project: Project, receiver: Receiver) -> None:
    (project.folder / "names.py").write_text(NAMES)
    address = web.host.replace("127.0.0.1", "tide.example")
    web.page("/robots.txt", "", headers={"Content-Type": "text/plain"})
    web.page("/", '<title>Tide Notes</title><h2><a href="/2026/03/a.html">A story of the sea</a></h2>')
    web.page("/2026/03/a.html", "<title>A story of the sea</title><article><h1>A story of the sea</h1>" + 9 * "<p>The boats came home.</p>")
    listing = f'discover: [{{listing: {{url: "http://{address}/", links: "h2 a"}}}}]'
    leave = f'crawl: {{delay: 0, allow_private: ["{address}"]}}'
    project.config("tide", f"url: http://{address}/\n{listing}\n{leave}\nnotify: {{webhook: {{url: {receiver.url}/}}}}\n")
    codes = []
    for day, lost in ((1, False), (2, True), (3, True), (4, False)):
        if lost:
            (project.folder / "lost").touch()
        else:
            (project.folder / "lost").unlink(missing_ok=True)
        run = project.run("crawl", "tide", "-s", "TWISTED_DNS_RESOLVER=names.Names", "-s", f"NOW=2026-03-0{day}T09:00:00Z")
        codes.append(run.returncode)
    assert codes == [0, 69, 69, 0], run.stderr
    told = [json.loads(body) for _, _, body in receiver.got]
    assert [news["state"] for news in told] == ["broken", "recovered"]
    assert "host-not-found, the site's domain may be gone" in told[0]["headline"]
