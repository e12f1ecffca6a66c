import numpy as np
import pytest

from layergraph.datasets.tweets import Tweets, TweetsError, _words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Read THIS: https://t.co/Ab1 now", ["read", "this", "[LINK]", "now"]),
        ("see www.example.org/x?y=1", ["see", "[LINK]"]),
        ("Salt &amp; pepper", ["salt", "pepper"]),
        ("Don't, don\u2019t", ["don't", "don\u2019t"]),
        ("@a_b likes #Keras!", ["@a_b", "likes", "#keras"]),
        ("end\u2014start\u2026 \u201cquoted\u201d", ["end", "start", "quoted"]),
        ("\u8c93\u304c\u597d\u304d\u3002", ["\u8c93", "\u304c", "\u597d", "\u304d"]),
        (
            "\u0928\u092e\u0938\u094d\u0924\u0947 \u0926\u0941\u0928\u093f\u092f\u093e\u0964",
            ["\u0928\u092e\u0938\u094d\u0924\u0947", "\u0926\u0941\u0928\u093f\u092f\u093e"],
        ),
        ("\u00c9t\u00e9 \u0130yi", ["\u00e9t\u00e9", "i\u0307yi"]),
        ("...", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert expected == _words.words(text)


def test_a_link_written_as_a_word_is_not_the_link() -> None:
    assert ["link", "[LINK]"] == _words.words("LINK http://x.org")


def test_the_vocabulary_starts_with_padding_and_unknown_then_falls_in_frequency() -> None:
    assert ("", "[UNK]", "b", "c", "a") == _words.vocabulary(["a b", "b c"], 10)


def test_the_vocabulary_is_no_longer_than_its_size() -> None:
    assert ("", "[UNK]", "b") == _words.vocabulary(["a b", "b c"], 3)


@pytest.mark.parametrize("size", [2, 0, -1])
def test_a_vocabulary_without_a_word_is_refused(size: int) -> None:
    with pytest.raises(TweetsError, match=f"vocabulary_size={size}: needs 3 or more"):
        _words.vocabulary(["a"], size)


def test_zeros_stand_after_the_words_or_before() -> None:
    known = _words.vocabulary(["a b"], 10)
    assert [[3, 2, 0]] == _words.encode(["a b"], known, 3, "after").tolist()
    assert [[0, 3, 2]] == _words.encode(["a b"], known, 3, "before").tolist()


def test_an_unknown_word_is_1_and_the_rest_of_a_long_text_is_cut() -> None:
    known = _words.vocabulary(["a b"], 10)
    assert [[1, 3]] == _words.encode(["new a b"], known, 2, "after").tolist()


def test_ids_and_vocabulary_are_those_of_keras_text_vectorization(real: Tweets) -> None:
    import keras

    spaced = [" ".join(_words.words(text)) for text in real.text[:500]]
    layer = keras.layers.TextVectorization(
        max_tokens=800, standardize=None, output_sequence_length=32
    )
    layer.adapt(spaced)
    known = _words.vocabulary(real.text[:500], 800)
    assert tuple(layer.get_vocabulary()) == known
    expected = np.asarray(layer(spaced))
    np.testing.assert_array_equal(expected, _words.encode(real.text[:500], known, 32, "after"))
