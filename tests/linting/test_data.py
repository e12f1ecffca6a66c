"""What fit is given is seen as Keras sees it: each array by the name that it goes to."""

import collections
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import tensorflow as tf
from keras import layers

from layergraph.graph import read
from layergraph.linting._data import Data, data_of

ROWS = 4
ONE, TWO, MORE = (np.full((ROWS, 2), float(n), "float32") for n in (1, 2, 7))


def two_inputs(struct: Callable[[Any, Any], Any], **options: object) -> keras.Model:
    """A model that tells what it was given: ten times its first input, and its second."""
    first, second = keras.Input((2,), name="b"), keras.Input((2,), name="a")
    return keras.Model(struct(first, second), layers.Rescaling(10.0)(first) + second, **options)


def two_outputs(struct: Callable[[Any, Any], Any], **options: object) -> keras.Model:
    """A model with outputs of zero, so that their losses are the squares of the targets."""
    x = keras.Input((2,), name="x")
    zeros = {"use_bias": False, "kernel_initializer": "zeros"}
    first = layers.Dense(2, name="b", **zeros)(x)
    second = layers.Dense(2, name="a", **zeros)(x)
    model = keras.Model(x, struct(first, second))
    model.compile("sgd", **{"loss": "mse"} | options)
    return model


def seen(model: keras.Model, x: object = None, y: object = None, weight: object = None) -> Data:
    data = data_of(read(model), x, y, weight)
    assert data is not None
    return data


STRUCTURES = {
    "list": lambda a, b: [a, b],
    "tuple": lambda a, b: (a, b),
    "dict": lambda a, b: {"b": a, "a": b},
    "sorted dict": lambda a, b: {"a": b, "b": a},
    "nested": lambda a, b: {"p": a, "q": [b]},
}
INPUTS = {
    "list": [ONE, TWO],
    "tuple": (ONE, TWO),
    "dict": {"b": ONE, "a": TWO},
    "ordered dict": collections.OrderedDict(b=ONE, a=TWO),
    "a key too many at the start": {"A": MORE, "b": ONE, "a": TWO},
    "a key too many at the end": {"b": ONE, "a": TWO, "c": MORE},
    "a key is missing": {"b": ONE},
    "other keys": {"p": ONE, "q": TWO},
    "one for two": ONE,
    "three for two": [ONE, TWO, MORE],
    "nested": {"p": ONE, "q": [TWO]},
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("given", INPUTS)
@pytest.mark.parametrize("struct", STRUCTURES)
def test_inputs_go_where_keras_puts_them(struct: str, given: str) -> None:
    model = two_inputs(STRUCTURES[struct])
    named = seen(model, INPUTS[given]).x.named

    try:
        came = float(model.predict(INPUTS[given], verbose=0)[0, 0])
    except (TypeError, ValueError, KeyError):
        came = None
    told = 10 * named["b"][0, 0] + named["a"][0, 0] if len(named) == 2 else None

    if came is not None:
        assert came == told
    # What is refused may be named, if each key has the name of an input.
    elif told is not None:
        assert given in ("list", "tuple", "dict")


ONE_INPUT = {
    "array": ONE,
    "list": [ONE],
    "tensor": tf.constant(ONE),
    "by name": {"only": ONE},
    "frame": pd.DataFrame(ONE),
}


@pytest.mark.parametrize("given", ONE_INPUT)
@pytest.mark.parametrize("struct", [lambda x: x, lambda x: [x], lambda x: {"only": x}])
def test_one_input_takes_its_array_in_several_ways(
    struct: Callable[[Any], Any], given: str
) -> None:
    x = keras.Input((2,), name="only")
    data = seen(keras.Model(struct(x), x), ONE_INPUT[given])
    np.testing.assert_array_equal(ONE, data.x.named["only"])


TARGETS = {
    "list": [ONE, TWO],
    "tuple": (ONE, TWO),
    "dict": {"b": ONE, "a": TWO},
    "ordered dict": collections.OrderedDict(b=ONE, a=TWO),
    "a key too many": {"b": ONE, "a": TWO, "c": MORE},
    "a key is missing": {"b": ONE},
    "other keys": {"y": ONE, "z": TWO},
    "one for two": ONE,
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("given", TARGETS)
@pytest.mark.parametrize("struct", ["list", "tuple", "dict", "sorted dict"])
def test_targets_go_where_keras_puts_them(struct: str, given: str) -> None:
    model = two_outputs(STRUCTURES[struct])
    named = seen(model, ONE, TARGETS[given]).y.named
    try:
        told = model.evaluate(ONE, TARGETS[given], verbose=0, return_dict=True)
    except (TypeError, ValueError, KeyError):
        assert given not in ("list", "tuple", "dict", "ordered dict")
        return
    assert told["b_loss"] == named["b"][0, 0] ** 2
    assert told["a_loss"] == named["a"][0, 0] ** 2


@pytest.mark.parametrize("given", [[ONE], (ONE,)])
def test_targets_of_the_outputs_with_a_loss_may_be_all(given: object) -> None:
    model = two_outputs(STRUCTURES["list"], loss=[None, "mse"])
    assert ["a"] == list(seen(model, ONE, given).y.named)
    assert 1 == model.evaluate(ONE, given, verbose=0)


@pytest.mark.parametrize("weight", [np.zeros(ROWS), np.zeros((ROWS, 1))])
def test_one_array_of_weights_goes_to_all_outputs(weight: np.ndarray) -> None:
    model = two_outputs(STRUCTURES["list"])
    assert {"a", "b"} == set(seen(model, ONE, [ONE, TWO], weight).sample_weight.named)
    told = model.evaluate(ONE, [ONE, TWO], sample_weight=weight, verbose=0, return_dict=True)
    assert {0.0} == set(told.values())


def test_weights_go_with_the_targets() -> None:
    model = two_outputs(STRUCTURES["dict"])
    weight = {"b": np.zeros(ROWS), "a": np.ones(ROWS)}
    named = seen(model, ONE, {"b": ONE, "a": TWO}, weight).sample_weight.named
    assert (0, 1) == (named["b"][0], named["a"][0])


def test_how_it_was_given_is_kept() -> None:
    model = two_inputs(STRUCTURES["list"])
    kinds = {name: seen(model, given).x.kind for name, given in INPUTS.items()}
    assert ("list", "tuple", "dict", "array", "nested") == tuple(
        kinds[name] for name in ("list", "tuple", "dict", "one for two", "nested")
    )
    assert ("b", "a") == seen(model, INPUTS["dict"]).x.keys
    assert ("0", "1") == seen(model, INPUTS["list"]).x.keys
    assert ("",) == seen(model, INPUTS["one for two"]).x.keys
    assert ("p", "q/0") == seen(model, INPUTS["nested"]).x.keys


def one_input(*shape: int | None) -> keras.Model:
    x = keras.Input(shape, name="only")
    return keras.Model(x, x)


@pytest.mark.parametrize("given", [[[1.0, 2.0], [3.0, 4.0]], ((1.0, 2.0), (3.0, 4.0))])
def test_lists_of_numbers_are_an_array_that_keras_refuses(given: object) -> None:
    data = seen(one_input(2), given)
    assert "array" == data.x.kind
    assert {""} == data.x.refused
    assert (2, 2) == data.x.named["only"].shape
    with pytest.raises(ValueError, match="Unrecognized data type"):
        one_input(2).predict(given, verbose=0)


def test_a_series_is_a_column() -> None:
    data = seen(one_input(1), pd.Series([1.0, 2.0]), pd.Series([1, 2]))
    assert (2, 1) == data.x.named["only"].shape == data.y.named["only"].shape


ODD = {
    "none in a list": [None],
    "ragged": tf.ragged.constant([[1, 2], [3]]),
    "sparse": scipy.sparse.csr_matrix(np.eye(2)),
    "unequal lists": [[1, 2], [3]],
    "object": object(),
    "text": "text",
    "number": 3,
    "empty list": [],
    "empty dict": {},
    "a set": {1, 2},
    "a class": int,
    "a function": print,
    "no rows": np.empty((0, 2)),
    "no axis": np.float32(1),
    "objects": np.array([object(), None]),
    "an iterator": iter([]),
    "mixed": [ONE, [1, 2], None, "text", {"a": object()}],
    "symbolic": keras.Input((2,)),
    "numbers as keys": {0: ONE, 1: TWO},
    "keys of two types": {0: ONE, "a": TWO},
}


@pytest.mark.filterwarnings("ignore:When providing .inputs. as a dict")
@pytest.mark.parametrize("given", ODD)
@pytest.mark.parametrize("place", ["x", "y", "weight"])
def test_odd_data_raises_nothing(given: str, place: str) -> None:
    for struct in STRUCTURES.values():
        for model in (two_inputs(struct), two_outputs(struct)):
            data = seen(model, **{place: ODD[given]})
            for one in (data.x, data.y, data.sample_weight):
                if one is not None:
                    assert len(one.keys) == len(one.arrays)
                    assert len(one.some(1).head(1).arrays) == len(one.arrays)


def test_what_is_no_array_is_told() -> None:
    given = {"a": None, "b": tf.ragged.constant([[1, 2], [3]])}
    found = seen(two_inputs(STRUCTURES["dict"]), given).x
    assert {"a", "b"} == found.unseen
    assert {"a"} == found.nothing
    assert set() == found.refused
    assert {} == found.named


def test_nothing_given_is_no_data() -> None:
    assert data_of(read(one_input(2)), None, None, None) is None


def test_arrays_are_not_copied() -> None:
    big = np.zeros((5000, 2), "float32")
    for value in (big, pd.DataFrame(big, copy=False), tf.constant(big)):
        found = seen(one_input(2), value)
        assert found.whole
        array = found.x.named["only"]
        plain = value if isinstance(value, np.ndarray) else np.asarray(value)
        assert 5000 == len(array)
        assert isinstance(value, tf.Tensor) or np.shares_memory(plain, array)
        assert np.shares_memory(array, found.x.some(10).named["only"])


def test_the_first_rows_and_rows_from_all_over() -> None:
    found = seen(one_input(1), np.arange(100)[:, None]).x
    assert [0, 1, 2] == found.head(3).named["only"].ravel().tolist()
    some = found.some(3).named["only"].ravel()
    assert len(some) <= 3
    assert some[-1] > 50


class OnDisk:
    """An array that is too big to be read whole."""

    shape, dtype, ndim = (10**9, 2), np.dtype("float32"), 2

    def __len__(self) -> int:
        return 10**9

    def __getitem__(self, rows: slice) -> np.ndarray:
        return np.ones((len(range(*rows.indices(10**9))), 2), "float32")

    def __array__(self, *_: object, **__: object) -> np.ndarray:
        raise MemoryError


def test_of_a_file_the_first_rows_are_read_and_told_so() -> None:
    found = seen(one_input(2), OnDisk(), np.zeros((5000, 2)))
    assert not found.whole
    assert len(found.x.named["only"]) == len(found.y.named["only"]) == found.x.rows < 5000


def test_of_a_table_of_several_dtypes_rows_are_enough() -> None:
    frame = pd.DataFrame({"n": np.arange(5000), "x": np.ones(5000)})
    found = seen(one_input(2), frame)
    assert not found.whole
    assert found.x.rows < 5000


def pairs() -> tf.data.Dataset:
    return tf.data.Dataset.from_tensor_slices((ONE, {"b": ONE, "a": TWO}))


def test_a_dataset_is_split_as_fit_does() -> None:
    found = seen(two_outputs(STRUCTURES["dict"]), pairs().batch(2))
    assert ("dataset", True, False, "tuple") == (
        found.source,
        found.batched,
        found.whole,
        # The elements are (x, y) with a dict within.
        "tuple" if found.element == "nested" else found.element,
    )
    assert "dict" == found.y.kind
    np.testing.assert_array_equal(TWO[:2], found.y.named["a"])


def test_a_dataset_without_batches_says_so() -> None:
    found = seen(two_outputs(STRUCTURES["dict"]), pairs())
    assert not found.batched
    np.testing.assert_array_equal(ONE, found.x.named["x"])


@pytest.mark.parametrize(
    ("shape", "rows", "batched"),
    [
        ((1,), np.zeros(4), True),
        ((1,), np.zeros((4, 1)), False),
        ((None,), np.zeros((4, 3)), False),
        ((None, None), np.zeros((4, 3, 3)), False),
        ((), np.zeros((4,)), False),
    ],
)
def test_rows_and_batches_differ_by_their_shape(
    shape: tuple[int | None, ...], rows: np.ndarray, batched: bool
) -> None:
    plain = tf.data.Dataset.from_tensor_slices(rows)
    given = plain.batch(2) if batched else plain
    assert batched == seen(one_input(*shape), given).batched
    assert seen(one_input(*shape), plain.batch(2)).batched


def training(dataset: object, model: keras.Model | None = None) -> Data:
    found = data_of(
        read(model or two_outputs(STRUCTURES["dict"])), dataset, None, None, training=True
    )
    assert found is not None
    return found


def test_before_a_training_the_order_of_a_shuffled_dataset_is_left() -> None:
    def order(look: bool) -> list[int]:
        tf.random.set_seed(0)
        dataset = tf.data.Dataset.range(20).shuffle(20, seed=1).batch(20)
        if look:
            found = training(dataset, one_input())
            assert found.x.rows == 20
        return next(iter(dataset)).numpy().tolist()

    assert order(look=False) == order(look=True)


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.shuffle(4).batch(2),
        lambda data: data.batch(2).shuffle(4).prefetch(1).repeat(),
        lambda data: data.map(lambda x, y: (x * 1, y)).shuffle(4).batch(2).cache(),
        lambda data: tf.data.Dataset.zip(data, data).map(lambda a, b: a).batch(2),
    ],
)
def test_before_a_training_rows_are_read_where_that_leaves_no_trace(
    change: Callable[[tf.data.Dataset], tf.data.Dataset],
) -> None:
    found = training(change(pairs()))
    assert 1.0 == found.x.named["x"][0, 0]
    assert found.batched


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.map(lambda x, y: (x + tf.random.uniform(()), y)).batch(2),
        lambda data: data.shuffle(4).map(lambda x, y: (x, y)).batch(2),
        lambda data: data.batch(2).filter(lambda x, y: True),
    ],
)
def test_before_a_training_a_shape_is_enough_where_reading_may_change_something(
    change: Callable[[tf.data.Dataset], tf.data.Dataset],
) -> None:
    found = training(change(pairs()))
    assert (0, 2) == found.x.named["x"].shape
    assert ["b", "a"] == list(found.y.keys) or ["a", "b"] == list(found.y.keys)
    assert np.float32 == found.x.named["x"].dtype


class Batches(keras.utils.PyDataset):
    """Batches that depend on chance, and on how many were taken."""

    def __init__(self) -> None:
        super().__init__()
        self.rng = np.random.default_rng(0)
        self.taken = 0

    def __len__(self) -> int:
        return 2

    def __getitem__(self, index: int) -> tuple[np.ndarray, list[np.ndarray]]:
        self.taken += 1
        return self.rng.random((2, 2)) + np.random.rand(), [ONE[:2], TWO[:2]]


def test_a_pydataset_gives_its_first_batch_and_is_as_it_was() -> None:
    batches, same = Batches(), Batches()
    np.random.seed(0)
    found = seen(two_outputs(STRUCTURES["list"]), batches)
    assert ("pydataset", "list") == (found.source, found.y.kind)
    assert 2.0 == found.y.named["a"][0, 0]
    assert 0 == batches.taken
    np.random.seed(0)
    first = batches[0][0]
    np.random.seed(0)
    np.testing.assert_array_equal(same[0][0], first)


def test_a_generator_loses_nothing() -> None:
    def batches() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        yield ONE, TWO

    generator = batches()
    found = seen(one_input(2), generator)
    assert ("generator", None, None) == (found.source, found.x, found.y)
    assert 1.0 == next(generator)[0][0, 0]


def test_a_broken_pydataset_is_left_to_fit() -> None:
    class Broken(Batches):
        def __getitem__(self, index: int) -> tuple[np.ndarray, list[np.ndarray]]:
            raise OSError

    found = seen(one_input(2), Broken())
    assert ("pydataset", None) == (found.source, found.x)


def test_looking_warns_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        seen(two_outputs(STRUCTURES["dict"]), pairs().cache().batch(2))
