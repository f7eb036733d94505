from hypothesis import given
from hypothesis import strategies as st

from goldspan.evaluation.names import reader_names

PATHS = st.lists(st.sampled_from("ab"), min_size=1, max_size=4).map("/".join)


def test_a_long_path_is_named_by_as_much_of_its_end_as_tells_it_apart() -> None:
    assert reader_names(["/home/ada/runs/sft", "/home/ada/runs/dpo/"]) == {
        "/home/ada/runs/sft": "sft",
        "/home/ada/runs/dpo/": "dpo",
    }
    assert list(reader_names(["/a/one/model", "/a/two/model"]).values()) == [
        "one/model",
        "two/model",
    ]


def test_a_hub_id_and_a_folder_nearby_keep_their_names() -> None:
    assert list(reader_names(["ada/harbour", "runs/sft"]).values()) == ["ada/harbour", "runs/sft"]


@given(st.lists(PATHS, min_size=1, max_size=5, unique=True))
def test_no_two_readers_get_one_name(models: list[str]) -> None:
    names = reader_names(models)
    assert list(names) == models
    assert len(set(names.values())) == len(models)
