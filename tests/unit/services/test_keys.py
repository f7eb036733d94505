"""API keys and passwords."""

import re
import time

import pytest
from argon2 import PasswordHasher

from goldspan.errors import InvalidInput
from goldspan.services.keys import key_hash, new_key
from goldspan.services.passwords import hash_password, verify_password


def test_a_key_is_random_and_has_the_form_that_scanners_know() -> None:
    keys = {new_key() for _ in range(100)}
    assert len(keys) == 100
    assert all(re.fullmatch(r"gs_[A-Za-z0-9]{8}_[A-Za-z0-9]{43}", key) for key in keys)


def test_a_key_is_kept_as_its_sha256() -> None:
    # printf abc | sha256sum
    assert key_hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_password_is_kept_as_an_argon2id_hash() -> None:
    kept = hash_password("correct horse")
    assert kept.startswith("$argon2id$")
    assert PasswordHasher().verify(kept, "correct horse")


@pytest.mark.parametrize("password", ["short", "x" * 101])
def test_a_password_has_8_to_100_characters(password: str) -> None:
    with pytest.raises(InvalidInput, match="8 to 100 characters"):
        hash_password(password)


@pytest.mark.parametrize("password", ["password", "12345678", "Iloveyou1", "QWERTYUI"])
def test_a_password_that_many_people_use_is_refused(password: str) -> None:
    with pytest.raises(InvalidInput, match="tried first"):
        hash_password(password)


def test_only_the_right_password_is_right_and_nobody_has_none() -> None:
    kept = hash_password("correct horse")
    assert verify_password("correct horse", kept)
    assert not verify_password("Correct horse", kept)
    assert not verify_password("the password of nobody", None)


def test_a_name_that_does_not_exist_costs_as_much_as_one_that_does() -> None:
    kept = hash_password("correct horse")

    def seconds(password_hash: str | None) -> float:
        begun = time.process_time()
        verify_password("wrong wrong", password_hash)
        return time.process_time() - begun

    seconds(None)  # makes the hash of nobody
    # In turns, and the least of each: what else runs on the machine adds to either.
    nobody, somebody = seconds(None), seconds(kept)
    for _ in range(30):
        nobody, somebody = min(nobody, seconds(None)), min(somebody, seconds(kept))
        if 0.5 < nobody / somebody < 2:
            break
    assert 0.5 < nobody / somebody < 2
