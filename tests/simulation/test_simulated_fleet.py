"""Many sites over many days, each with its own trouble: a person is told of each once, in the right words, and of nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from simulated_fleet import SECRET, Town
from simulated_town import town

FULL = bool(os.environ.get("SIMULATE"))
SITES, DAYS, PROCESSES = map(int, os.environ.get("FLEET", "60,90,14" if FULL else "3,22,1").split(","))
"""How many sites, how many days, and on how many of the last days each crawl is a process of two overlapping calls of `crawldue`."""


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Town]:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    found = Town(tmp_path / "town", town(SITES, DAYS, authority), tmp_path / "ca.pem")
    yield found
    found.close()


def test_a_fleet(fleet: Town) -> None:
    for day in range(DAYS):
        fleet.begin_day(day)
        if day < DAYS - PROCESSES:
            fleet.crawl_in_one_process()
        else:
            fleet.end_of_bulk()
            fleet.crawldue()
        print(day, [message["headline"] for told, message in fleet.phone.told if told == day], flush=True)
    print(f"runs until a trouble was told: {fleet.delays()}")
    assert list(fleet.faults()) == []
    assert fleet.secrets_on_disk() == []
    assert not any(SECRET in said for said in fleet.said)
