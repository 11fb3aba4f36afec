"""An archive on a medium that nobody may write: what only reads works, what writes ends with its code, in plain words."""

from __future__ import annotations

import subprocess
import sys

from loopback import Project, Web
from test_crawl import blog

READS = ("reextract tide", "syndicated")
WRITES = ("crawl tide",)
MOUNT = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"'
SCRIPT = """
import subprocess, sys
for command in {commands!r}:
    done = subprocess.run([sys.executable, "-m", "crawler", *command.split(), *sys.argv[1:]], capture_output=True, text=True)
    print(command, done.returncode, done.stderr.count("\\n"), "Read-only file system" in done.stderr or not done.stderr, sep="|")
"""


def test_every_command_on_a_read_only_archive(web: Web, project: Project) -> None:
    blog(web)
    project.loopback("tide", web)
    assert project.run("crawl", "tide").returncode == 0
    assert project.run("syndicated").returncode == 0
    script = project.folder / "commands.py"
    script.write_text(SCRIPT.format(commands=[*READS, *WRITES]))
    places = ["-s", f"CONFIGS_DIR={project.folder / 'configs'}", "-s", f"ARCHIVE_DIR={project.archive}"]
    inside = ["sh", "-c", MOUNT, "sh", str(project.archive), sys.executable, str(script), *places]
    done = subprocess.run(
        ["unshare", "--map-root-user", "--mount", *inside], cwd=project.folder, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [*(f"{command}|0|0|True" for command in READS), *(f"{command}|74|1|True" for command in WRITES)]
