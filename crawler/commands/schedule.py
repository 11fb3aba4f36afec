"""`scrapy schedule --cron|--systemd`: the line or the units that call `crawldue`, ready to be installed."""

from __future__ import annotations

import getpass
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.commands import ends_plainly
from crawler.fleet import GRACE_S

if TYPE_CHECKING:
    import argparse

    from scrapy.settings import BaseSettings

LONGEST_CALL_H = 24
"""Hours after which a call of `crawldue` is ended by systemd, whatever it is doing."""


@dataclass(frozen=True, slots=True)
class Call:
    """How `crawldue` is called: everything absolute, because cron and systemd know neither the folder nor the environment."""

    command: tuple[str, ...]
    folder: str
    archive: str
    minutes: int

    NAME: ClassVar[str] = "newsarchive-crawldue"

    @classmethod
    def of(cls, settings: BaseSettings, minutes: int, jobs: int) -> Call:
        """The call that does what `scrapy crawldue` would do here and now, with the same folders."""
        configs, archive = (str(Path(settings[name]).absolute()) for name in ("CONFIGS_DIR", "ARCHIVE_DIR"))
        command = (
            sys.executable,
            "-m",
            "crawler",
            "crawldue",
            "--jobs",
            str(jobs),
            "-s",
            f"CONFIGS_DIR={configs}",
            "-s",
            f"ARCHIVE_DIR={archive}",
        )
        return cls(command, str(Path.cwd()), archive, minutes)


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False

    def short_desc(self) -> str:
        return "Print the crontab line or the systemd units that crawl what is due"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        kinds = parser.add_mutually_exclusive_group(required=True)
        kinds.add_argument("--cron", action="store_true", help="a line for `crontab -e`")
        kinds.add_argument("--systemd", action="store_true", help="a service and a timer for /etc/systemd/system")
        parser.add_argument("--minutes", type=int, default=5, metavar="N", help="how often it is looked what is due (default: %(default)s)")
        parser.add_argument("--jobs", type=int, default=4, metavar="N", help="sites crawled at the same time (default: %(default)s)")

    @ends_plainly
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if args or opts.minutes not in (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30) or opts.jobs < 1:
            raise UsageError("takes no site; --minutes divides an hour (1 to 30), --jobs is at least 1")
        assert self.settings is not None, "Scrapy gives every command its settings before it runs"
        call = Call.of(self.settings, opts.minutes, opts.jobs)
        print(cron(call) if opts.cron else f"{service(call, getpass.getuser())}\n{timer(call)}", end="")


def cron(call: Call) -> str:
    """The line for a crontab. In one, a percent sign would end the command."""
    line = f"cd {shlex.quote(call.folder)} && {shlex.join(call.command)}".replace("%", "\\%")
    log = shlex.quote(f"{call.folder}/crawldue.log").replace("%", "\\%")
    return f"*/{call.minutes} * * * *  {line} >>{log}\n" if call.minutes > 1 else f"* * * * *  {line} >>{log}\n"


def service(call: Call, user: str) -> str:
    """The unit that runs what is due. `KillMode=mixed`: crawldue passes SIGTERM on itself, and a second one would cut its runs short."""
    return f"""\
# /etc/systemd/system/{call.NAME}.service
[Unit]
Description=Crawl the news sites that are due
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
User={user}
WorkingDirectory={_path(call.folder)}
ExecStart={" ".join(_word(word).replace("$", "$$") for word in call.command)}
KillMode=mixed
TimeoutStartSec={LONGEST_CALL_H}h
TimeoutStopSec={GRACE_S + 30:.0f}s
# Secrets that `notify:` names in the configs, one NAME=VALUE a line, readable for root only:
EnvironmentFile=-/etc/newsarchive.env

NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
# The archive must be there before the service starts; add a folder of `notify: prometheus:` here:
ReadWritePaths={_word(call.archive)}
RuntimeDirectory=newsarchive
RuntimeDirectoryPreserve=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
LockPersonality=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
SystemCallArchitectures=native
CapabilityBoundingSet=
UMask=0022
Nice=10
"""


def timer(call: Call) -> str:
    """The unit that starts the service. `Persistent`: what was missed while the machine was off is caught up, once."""
    return f"""\
# /etc/systemd/system/{call.NAME}.timer
# systemctl daemon-reload && systemctl enable --now {call.NAME}.timer
[Unit]
Description=Look every {call.minutes} minutes which news sites are due

[Timer]
OnCalendar=*:0/{call.minutes}
Persistent=true
AccuracySec=1s

[Install]
WantedBy=timers.target
"""


def _word(text: str) -> str:
    """`text` as one word of systemd's syntax: quoted where needed, without specifiers (systemd.syntax(7), systemd.unit(5))."""
    text = text.replace("%", "%%")
    if text and all(sign.isalnum() or sign in "-_./=:%$+@," for sign in text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _path(text: str) -> str:
    """`text` as a value that is one path and is not split into words."""
    return text.replace("%", "%%")
