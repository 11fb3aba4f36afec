"""A network of its own, with a public site and internal services that must not be reached: `python hostile_network.py JOB`.

Runs in an empty network namespace, so that no packet can leave the machine. Every address below is on its loopback device, and
one server listens on port 80 of all of them. Writes what the crawl noted, and to which addresses connections came.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
from pathlib import Path

from hostile_pages import HTML, whole
from hostile_server import HostileServer, Page

PUBLIC = "93.184.216.34"
PUBLIC6 = "2606:2800:220:1::6"
INTERNAL = ["10.0.0.5", "100.64.0.1", "169.254.169.254", "192.168.1.1"]
HOSTS = {
    "public.example": [PUBLIC],
    "public6.example": [PUBLIC6],
    "mixed.example": ["10.0.0.5", PUBLIC, "127.0.0.1"],
    "internal.example": ["127.0.0.1"],
    "internal6.example": ["::1"],
    "metadata.example": ["169.254.169.254", "10.0.0.5"],
    "exempt.example": ["127.0.0.1"],
    "localhost": ["127.0.0.1"],
}
PAGES = [
    Page("", whole(HTML), HTML),
    Page("to-internal", whole(b"", "Location: http://internal.example/", status=b"HTTP/1.1 302 Found")),
    Page("to-number", whole(b"", "Location: http://2130706433/", status=b"HTTP/1.1 302 Found")),
    Page("to-file", whole(b"", "Location: file:///etc/passwd", status=b"HTTP/1.1 302 Found")),
]

SIOCGIFINDEX, SIOCSIFADDR, SIOCSIFFLAGS = 0x8933, 0x8916, 0x8914  # linux/sockios.h
IFF_UP_RUNNING = 0x41


def bring_up_loopback() -> None:
    """The device, and every address on it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP_RUNNING))
        for number, address in enumerate([PUBLIC, *INTERNAL]):
            socket_address = struct.pack("=HH4s8x", socket.AF_INET, 0, socket.inet_aton(address))
            fcntl.ioctl(control, SIOCSIFADDR, struct.pack("16s16s8x", b"lo:%d" % number, socket_address))
        index = struct.unpack("16xi", fcntl.ioctl(control, SIOCGIFINDEX, struct.pack("16si", b"lo", 0)))[0]
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFADDR, struct.pack("=16sIi", socket.inet_pton(socket.AF_INET6, PUBLIC6), 128, index))


def main(job_file: Path) -> None:
    job = json.loads(job_file.read_text())
    bring_up_loopback()
    servers = [HostileServer(PAGES, host=host, port=80) for host in ("0.0.0.0", "::")]
    try:
        subprocess.run([sys.executable, "-W", "error", str(Path(__file__).with_name("recorded_crawl.py")), str(job_file)], check=True)
    finally:
        for server in servers:
            server.close()
    with open(job["out"], "a") as out:
        out.write(json.dumps({"kind": "accepted", "addresses": [address for server in servers for address in server.accepted]}) + "\n")


if __name__ == "__main__":
    if os.geteuid() != 0:
        sys.exit("to be run by `unshare --map-root-user --net --mount`")
    main(Path(sys.argv[1]))
