"""How often a password may be guessed."""

import pytest

from goldspan.errors import TooManyRequests
from goldspan.server.sign_in_limit import SignInLimit


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limit(clock: Clock) -> SignInLimit:
    return SignInLimit(clock)


def tries(limit: SignInLimit, count: int, username: str, address: str) -> int:
    """Return how many of the tries were let through."""
    allowed = 0
    for _ in range(count):
        try:
            limit.begin(username, address)
        except TooManyRequests:
            continue
        allowed += 1
    return allowed


def test_of_100_guesses_from_one_address_5_are_looked_at(limit: SignInLimit) -> None:
    assert tries(limit, 100, "ana", "10.0.0.1") == 5


def test_the_user_still_gets_in_from_another_address(limit: SignInLimit) -> None:
    tries(limit, 100, "ana", "10.0.0.1")
    assert tries(limit, 1, "ana", "10.0.0.2") == 1


def test_an_address_guesses_20_times_whoever_it_names(limit: SignInLimit) -> None:
    assert sum(tries(limit, 1, f"user{n}", "10.0.0.1") for n in range(100)) == 20


def test_many_addresses_guess_one_users_password_100_times_an_hour(limit: SignInLimit) -> None:
    assert sum(tries(limit, 5, "ana", f"10.0.0.{n}") for n in range(50)) == 100


def test_after_the_time_that_the_refusal_names_it_goes_on(limit: SignInLimit, clock: Clock) -> None:
    tries(limit, 5, "ana", "10.0.0.1")
    clock.now = 20.0
    with pytest.raises(TooManyRequests, match="try again in 40 s") as caught:
        limit.begin("ana", "10.0.0.1")
    clock.now += caught.value.retry_after_s
    limit.begin("ana", "10.0.0.1")


def test_right_passwords_do_not_count(limit: SignInLimit) -> None:
    for _ in range(100):
        limit.forget("ana", "10.0.0.1", limit.begin("ana", "10.0.0.1"))
    assert tries(limit, 100, "ana", "10.0.0.1") == 5


def test_what_is_counted_does_not_grow_without_end(limit: SignInLimit) -> None:
    for n in range(12_000):
        tries(limit, 1, f"user{n}", f"address{n}")
    assert len(limit._tries) == 10_000
