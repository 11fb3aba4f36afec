"""How long a fetch waits, told by a clock that stands still until it is moved."""

from __future__ import annotations

from twisted.internet.task import Clock

from crawler.capture.patience import TICK_SECONDS, Patience


def ended_after(clock: Clock, patience: Patience, over: list[float]) -> float:
    """When it was over, the clock moving as it should."""
    while not over:
        clock.advance(TICK_SECONDS / 8)
    assert patience.left == 0
    return over[0]


def waiting(seconds: float, spare: float = 10.0) -> tuple[Clock, Patience, list[float]]:
    clock, over = Clock(), list[float]()
    return clock, Patience(clock, seconds, lambda: over.append(clock.seconds()), spare=spare), over


def test_nothing_holds_it_up() -> None:
    clock, patience, over = waiting(4.0)
    assert ended_after(clock, patience, over) == 4.0
    assert patience.held_up == 0


def test_what_holds_it_up_does_not_count() -> None:
    clock, patience, over = waiting(4.0)
    clock.advance(7.0)
    assert over == []
    assert ended_after(clock, patience, over) == 11.0
    assert patience.held_up == 7.0


def test_after_it_was_held_up_there_is_time_for_another_look() -> None:
    clock, patience, over = waiting(TICK_SECONDS / 100)
    clock.advance(1.0)
    assert over == []
    assert ended_after(clock, patience, over) == 1.0 + TICK_SECONDS


def test_a_program_that_is_always_held_up_waits_no_longer_than_is_spared() -> None:
    clock, patience, over = waiting(4.0, spare=3.0)
    while not over:
        clock.advance(1.0)
    assert over == [7.0]
    assert patience.held_up == 3.0


def test_it_can_be_shortened_and_stopped() -> None:
    clock, patience, over = waiting(4.0)
    patience.shorten(1.0)
    assert ended_after(clock, patience, over) == 1.0
    clock, patience, over = waiting(4.0)
    patience.stop()
    clock.advance(9.0)
    assert over == []
