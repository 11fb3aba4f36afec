"""No connection goes to an address that is not public, whatever leads there. Runs where no packet can leave the machine."""

from __future__ import annotations

import json
import sys

import pytest
from conftest import HERE, Report, in_a_process
from hostile_network import HOSTS, PUBLIC, PUBLIC6

from crawler.capture.addresses import Exemptions, is_public, literal
from crawler.capture.failures import BadAddress
from crawler.capture.target import Target
from crawler.errors import AddressRefused

REFUSED = [
    "http://127.0.0.1/",
    "http://127.0.0.1:80/",
    "http://127.8.8.8/",
    "http://localhost/",
    "http://LOCALHOST/",
    "http://0.0.0.0/",
    "http://0/",
    "http://127.1/",
    "http://127.0.0.1./",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://0x7F000001/",
    "http://017700000001/",
    "http://0177.0.0.1/",
    "http://00000177.0.0.1/",
    "http://10.0.0.5/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://192.168.1.1/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://[::1]/",
    "http://[::]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b:1::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001::7f00:1]/",
    "http://[fe80::1]/",
    "http://[fc00::1]/",
    "http://[ff02::1]/",
    "http://internal.example/",
    "http://internal6.example/",
    "http://metadata.example/",
    "http://user@internal.example/",
    "http://public.example@127.0.0.1/",
    "http://exempt.example:8080/",
    "http://public.example/to-internal",
    "http://public.example/to-number",
]
TAKEN = {
    "http://public.example/": PUBLIC,
    "http://public6.example/": PUBLIC6,
    f"http://{PUBLIC}/": PUBLIC,
    f"http://[{PUBLIC6}]/": PUBLIC6,
    "http://mixed.example/": PUBLIC,
    "http://exempt.example/": "127.0.0.1",
}


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """One crawl of all these URLs inside the hostile network."""
    folder = tmp_path_factory.mktemp("network")
    (folder / "hosts").write_text("".join(f"{address} {name}\n" for name, addresses in HOSTS.items() for address in addresses))
    urls = [*REFUSED, *TAKEN, "http://public.example/to-file"]
    job = {
        "chains": [[{"url": url}] for url in urls],
        "out": str(folder / "out.jsonl"),
        "settings": {"ALLOW_PRIVATE": ["exempt.example:80", "127.0.0.1:8000", "localhost:81"]},
    }
    (folder / "job.json").write_text(json.dumps(job))
    inside = f'mount --bind "{folder}/hosts" /etc/hosts && exec "{sys.executable}" "{HERE}/hostile_network.py" "{folder}/job.json"'
    return in_a_process(["unshare", "--map-root-user", "--net", "--mount", "sh", "-c", inside], folder)


@pytest.mark.parametrize("url", REFUSED)
def test_what_is_not_public_is_refused(network: Report, url: str) -> None:
    failures = [line for line in network.of("failure") if line["asked"] == url]
    assert [(line["outcome"], line["error"]) for line in failures] == [("address-refused", "AddressRefused")]


@pytest.mark.parametrize("url", TAKEN)
def test_what_is_public_or_exempt_is_reached_at_the_checked_address(network: Report, url: str) -> None:
    assert network.one("capture", url)["ip_address"] == TAKEN[url]


def test_not_one_connection_came_to_an_internal_address(network: Report) -> None:
    accepted = network.of("accepted")[0]["addresses"]
    assert sorted(address for address in accepted if address not in (PUBLIC, PUBLIC6)) == ["127.0.0.1"]  # the exempt one


def test_other_schemes_are_not_followed(network: Report) -> None:
    assert network.of("page", "http://public.example/to-file")[0]["status"] == 302


@pytest.mark.parametrize("address", ["8.8.8.8", "100.63.255.255", "172.32.0.1", "2a00:1450::1", "64:ff9b::808:808", "2002:808:808::1"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address", ["nonsense", "198.18.0.1", "192.0.2.7", "203.0.113.9", "240.0.0.1", "2001:db8::1", "fe80::1%eth0", "::8.8.8.8"]
)
def test_addresses_that_are_not(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("host", ["news.example", "1and1.com", "0xdead.example", "123.example", "example.x0"])
def test_names_with_digits_are_names(host: str) -> None:
    assert literal(host) is None


@pytest.mark.parametrize("host", ["1.2.3", "1.2.3.4.5", "999.1.1.1", "0x", "a.1", "1.2.3.08"])
def test_odd_numbers_are_refused(host: str) -> None:
    with pytest.raises(AddressRefused):
        literal(host)


def test_the_exemption_is_one_host_and_port_as_the_url_writes_it() -> None:
    exempt = Exemptions(["localhost:8000", "[::1]:80"])
    assert Target.of("http://LocalHost:8000/x") in exempt
    assert Target.of("http://[::1]/") in exempt
    assert Target.of("http://127.0.0.1:8000/") not in exempt
    assert Target.of("http://localhost/") not in exempt
    assert Target.of("https://[::1]/") not in exempt


@pytest.mark.parametrize(
    "url", ["ftp://a.example/", "http://", "http:///path", "http://a.example:0/", "http://a.example:99999/", "http://[::1/"]
)
def test_urls_that_cannot_be_asked_for(url: str) -> None:
    with pytest.raises(BadAddress):
        Target.of(url)
