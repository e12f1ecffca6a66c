import math
from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from layergraph.datasets.tweets import Tweets, _copies

LONG = "one two three four five six seven eight nine up down left right ten"


def test_one_word_of_fourteen_replaced_is_a_near_copy() -> None:
    assert 1 == len(set(_copies.groups([LONG, LONG.replace("ten", "eleven")])))


def test_three_words_of_fourteen_replaced_are_none() -> None:
    other = LONG.replace("ten", "x").replace("nine", "y").replace("eight", "z")
    assert 2 == len(set(_copies.groups([LONG, other])))


def test_case_punctuation_order_and_links_make_no_difference() -> None:
    other = "TEN, right! " + LONG[:-10] + " https://t.co/x"
    assert 1 == len(set(_copies.groups([LONG, other])))


def test_a_form_filled_in_with_other_rare_words_is_no_copy() -> None:
    texts = [f"I will be on channel {n} tonight at {n} o'clock, enjoy" for n in range(50)]
    assert 50 == len(set(_copies.groups(texts)))


def test_a_chain_of_near_copies_is_one_group() -> None:
    second = LONG.replace("ten", "x")
    third = second.replace("nine", "y")
    assert 2 == len(set(_copies.groups([LONG, third])))
    assert 1 == len(set(_copies.groups([LONG, third, second])))


def test_texts_far_apart_in_the_table_are_compared_too() -> None:
    texts = [f"a{row} b{row} c{row}" for row in range(2500)]
    texts[2400] = texts[3]
    numbers = _copies.groups(texts)
    assert 2499 == len(set(numbers))
    assert numbers[3] == numbers[2400]


def test_tweets_that_are_links_alone_are_no_copies_of_each_other() -> None:
    assert 2 == len(set(_copies.groups(["https://t.co/a", "https://t.co/b"])))


def test_no_texts_have_no_groups() -> None:
    assert 0 == len(_copies.groups([]))


def cosine(texts: list[list[str]], i: int, j: int) -> float:
    """The cosine of smoothed TF-IDF, word by word."""
    words = sorted({word for text in texts for word in text})
    weight = [
        math.log((1 + len(texts)) / (1 + sum(word in text for text in texts))) + 1 for word in words
    ]
    a, b = (
        [w * texts[n].count(word) for w, word in zip(weight, words, strict=True)] for n in (i, j)
    )
    return sum(x * y for x, y in zip(a, b, strict=True)) / (math.hypot(*a) * math.hypot(*b))


@settings(deadline=None)  # the first example imports scikit-learn
@given(st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=9), max_size=12))
def test_groups_are_those_of_comparing_every_two_texts(texts: list[list[str]]) -> None:
    expected = list(range(len(texts)))
    for i, j in combinations(range(len(texts)), 2):
        if cosine(texts, i, j) >= 0.85 - 1e-9:
            old, new = expected[j], expected[i]
            expected = [new if number == old else number for number in expected]
    got = _copies.groups([" ".join(words) for words in texts])
    same = [[a == b for a in expected] for b in expected]
    assert same == [[bool(a == b) for a in got] for b in got]


def test_the_real_tweets_hold_near_copies(real: Tweets) -> None:
    sizes = np.bincount(real.copies)
    assert len(real) == sizes.sum()
    assert 5535 == len(sizes)
    assert 18 == sizes.max()
