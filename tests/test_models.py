import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from layergraph import models

SMALL: dict[str, Any] = {"length": 8, "vocabulary_size": 40, "embedding_width": 6, "units": 4}


@pytest.fixture(autouse=True)
def _seed() -> None:
    keras.utils.set_random_seed(7)


def headline_inputs(rows: int = 5) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(1)
    return {
        "main_input": generator.integers(1, 40, (rows, 8), dtype=np.int32),
        "aux_input": generator.normal(size=(rows, 5)).astype("float32"),
    }


def pairs(rows: int = 6) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(2)
    return {
        name: generator.integers(1, 40, (rows, 8), dtype=np.int32)
        for name in ("tweet_a", "tweet_b")
    }


def call(model: keras.Model, inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
    outputs = model(inputs)
    return [np.asarray(output) for output in (outputs if isinstance(outputs, list) else [outputs])]


def names(model: keras.Model) -> list[str]:
    # The mask of an embedding is an operation too, which Keras names by counting.
    found = [operation.name for operation in model.operations]
    return [name for name in found if not name.startswith("not_equal")]


class TestHeadlinePopularity:
    def test_inputs_and_outputs_have_the_names_of_the_course_in_its_order(self) -> None:
        model = models.headline_popularity(**SMALL)

        assert ["main_input", "aux_input"] == [tensor.name for tensor in model.inputs]
        assert ["main_output", "aux_output"] == model.output_names

    def test_inputs_and_outputs_have_the_documented_shapes_and_types(self) -> None:
        model = models.headline_popularity(**SMALL, features=3)

        assert [(None, 8), (None, 3)] == model.input_shape
        assert ["int32", "float32"] == [tensor.dtype for tensor in model.inputs]
        assert [(None, 1), (None, 1)] == model.output_shape
        assert ["float32", "float32"] == [tensor.dtype for tensor in model.outputs]

    @pytest.mark.parametrize(
        ("hidden", "weights"), [((64, 64), 5_196_450), ((64, 64, 64, 64), 5_204_770)]
    )
    def test_the_printed_model_has_the_weights_of_the_slides(
        self, hidden: object, weights: int
    ) -> None:
        # The slides print the answer to the homework, two more dense layers, inside of the model.
        model = models.headline_popularity(
            length=100, embedding_width=512, mask=False, hidden=hidden
        )

        assert weights == model.count_params()

    def test_a_model_built_again_has_the_same_names(self) -> None:
        first, second = (models.headline_popularity(**SMALL, counts=True) for _ in range(2))

        assert names(first) == names(second)

    def test_probabilities_lie_between_0_and_1(self) -> None:
        for output in call(models.headline_popularity(**SMALL), headline_inputs()):
            assert ((output > 0) & (output < 1)).all()

    def test_counts_are_two_linear_outputs_more(self) -> None:
        model = models.headline_popularity(**SMALL, counts=True)

        assert ["main_output", "aux_output", "retweets", "likes"] == model.output_names
        assert ["linear", "linear"] == [
            model.get_layer(name).activation.__name__ for name in ("retweets", "likes")
        ]

    def test_only_the_auxiliary_output_ignores_the_features(self) -> None:
        model = models.headline_popularity(**SMALL)
        inputs = headline_inputs()
        main, auxiliary = call(model, inputs)
        changed_main, changed_auxiliary = call(
            model, inputs | {"aux_input": inputs["aux_input"] + 1}
        )

        np.testing.assert_array_equal(auxiliary, changed_auxiliary)
        assert not np.allclose(main, changed_main)

    @pytest.mark.parametrize("encoder", ["lstm", "average"])
    @pytest.mark.parametrize("mask", [True, False])
    def test_padding_at_the_end_matters_only_without_a_mask(
        self, encoder: models.Encoder, mask: bool
    ) -> None:
        options = SMALL | {"encoder": encoder, "mask": mask}
        short = models.headline_popularity(**options)
        long = models.headline_popularity(**options | {"length": 20})
        long.set_weights(short.get_weights())
        inputs = headline_inputs()
        padded = inputs | {"main_input": np.pad(inputs["main_input"], ((0, 0), (0, 12)))}

        same = np.allclose(call(short, inputs)[1], call(long, padded)[1], atol=1e-6)

        assert mask == same

    def test_the_average_is_over_the_words_alone(self) -> None:
        model = models.headline_popularity(**SMALL, encoder="average")
        ids = np.array([[3, 5, 0, 0, 0, 0, 0, 0]], dtype=np.int32)
        vectors = np.asarray(model.get_layer("embedding").embeddings)
        head = model.get_layer("aux_output")
        expected = head(((vectors[3] + vectors[5]) / 2)[None])

        got = call(model, {"main_input": ids, "aux_input": np.zeros((1, 5), "float32")})[1]

        np.testing.assert_allclose(expected, got, rtol=1e-6)

    def test_hidden_gives_the_dense_layers_before_the_main_output(self) -> None:
        model = models.headline_popularity(**SMALL, hidden=(7, 3), hidden_activation="tanh")
        hidden = [layer for layer in model.layers if layer.name.startswith("hidden")]

        assert [(7, "tanh"), (3, "tanh")] == [(x.units, x.activation.__name__) for x in hidden]

    def test_hidden_may_be_empty(self) -> None:
        model = models.headline_popularity(**SMALL, hidden=())

        assert (4 + 5 + 1) == model.get_layer("main_output").count_params()

    def test_it_trains_by_names(self) -> None:
        model = models.headline_popularity(**SMALL)
        before = model.get_weights()
        model.compile(
            "rmsprop",
            loss={"main_output": "binary_crossentropy", "aux_output": "binary_crossentropy"},
            loss_weights={"main_output": 1.0, "aux_output": 0.2},
        )
        targets = {name: np.ones((5, 1), "float32") for name in ("main_output", "aux_output")}

        history = model.fit(headline_inputs(), targets, verbose=0).history

        assert {"loss", "main_output_loss", "aux_output_loss"} == history.keys()
        assert all((old != new).any() for old, new in zip(before, model.get_weights(), strict=True))


class TestSameAuthor:
    def test_inputs_and_output_have_the_documented_names_shapes_and_types(self) -> None:
        model = models.same_author(**SMALL)

        assert ["tweet_a", "tweet_b"] == [tensor.name for tensor in model.inputs]
        assert [(None, 8), (None, 8)] == model.input_shape
        assert ["int32", "int32"] == [tensor.dtype for tensor in model.inputs]
        assert ["same_author"] == model.output_names
        assert (None, 1) == model.output_shape

    @pytest.mark.parametrize("head", ["symmetric", "concatenate", "concatenate_dense"])
    def test_a_model_built_again_has_the_same_names(self, head: models.Head) -> None:
        first, second = (models.same_author(**SMALL, head=head) for _ in range(2))

        assert names(first) == names(second)

    @pytest.mark.parametrize("encoder", ["lstm", "average"])
    @pytest.mark.parametrize(
        ("head", "symmetric"),
        [("symmetric", True), ("concatenate", False), ("concatenate_dense", False)],
    )
    def test_only_the_symmetric_head_ignores_the_order(
        self, encoder: models.Encoder, head: models.Head, symmetric: bool
    ) -> None:
        model = models.same_author(**SMALL, encoder=encoder, head=head)
        inputs = pairs()
        swapped = {"tweet_a": inputs["tweet_b"], "tweet_b": inputs["tweet_a"]}

        assert symmetric == np.array_equal(call(model, inputs), call(model, swapped))

    def test_the_symmetric_head_ignores_the_order_of_two_encoders_only_if_they_are_equal(
        self,
    ) -> None:
        model = models.same_author(**SMALL, shared=False)
        inputs = pairs()
        swapped = {"tweet_a": inputs["tweet_b"], "tweet_b": inputs["tweet_a"]}

        assert not np.allclose(call(model, inputs), call(model, swapped), atol=1e-6)
        model.get_layer("encoder_b").set_weights(model.get_layer("encoder_a").get_weights())
        assert np.array_equal(call(model, inputs), call(model, swapped))

    def test_the_symmetric_head_sees_the_absolute_difference_and_the_product(self) -> None:
        model = models.same_author(**SMALL)
        inputs = pairs()
        encode, head = model.get_layer("encoder"), model.get_layer("same_author")
        u, v = (np.asarray(encode(inputs[name])) for name in ("tweet_a", "tweet_b"))

        expected = head(np.concatenate([abs(u - v), u * v], axis=1))

        np.testing.assert_allclose(expected, call(model, inputs)[0], rtol=1e-6)

    @pytest.mark.parametrize(
        ("options", "weights"),
        [
            ({}, 524_481),
            ({"head": "concatenate"}, 524_481),
            ({"head": "concatenate_dense"}, 526_529),
            ({"shared": False}, 1_048_897),
        ],
    )
    def test_one_encoder_has_half_the_weights_of_two(
        self, options: dict[str, Any], weights: int
    ) -> None:
        assert weights == models.same_author(vocabulary_size=8_000, **options).count_params()

    def test_the_shared_encoder_is_one_layer_called_twice(self) -> None:
        model = models.same_author(**SMALL)

        assert 1 == names(model).count("encoder")
        assert isinstance(model.get_layer("encoder"), keras.Model)

    def test_separate_encoders_are_two_layers(self) -> None:
        found = names(models.same_author(**SMALL, shared=False))

        assert ["encoder_a", "encoder_b"] == [name for name in found if name.startswith("encoder")]

    @pytest.mark.parametrize("encoder", ["lstm", "average"])
    def test_padding_at_the_end_does_not_matter(self, encoder: models.Encoder) -> None:
        short = models.same_author(**SMALL, encoder=encoder)
        long = models.same_author(**SMALL | {"length": 20}, encoder=encoder)
        long.set_weights(short.get_weights())
        inputs = pairs()
        padded = {name: np.pad(ids, ((0, 0), (0, 12))) for name, ids in inputs.items()}

        np.testing.assert_allclose(call(short, inputs), call(long, padded), atol=1e-6)

    # TensorFlow's variables lack a keyword of NumPy 2; the arrays are right.
    def test_sharing_survives_saving_and_training_after_it(self, tmp_path: Path) -> None:
        model = models.same_author(**SMALL)
        model.save(tmp_path / "model.keras")
        loaded = keras.models.load_model(tmp_path / "model.keras")
        inputs = pairs()

        assert names(model) == names(loaded)
        assert model.count_params() == loaded.count_params()
        np.testing.assert_array_equal(call(model, inputs), call(loaded, inputs))

        loaded.compile("rmsprop", loss={"same_author": "binary_crossentropy"})
        loaded.fit(inputs, np.ones((6, 1), "float32"), verbose=0)
        swapped = {"tweet_a": inputs["tweet_b"], "tweet_b": inputs["tweet_a"]}
        np.testing.assert_array_equal(call(loaded, inputs), call(loaded, swapped))


@pytest.mark.parametrize("build", [models.headline_popularity, models.same_author])
@pytest.mark.parametrize("value", [0, -1, 2.0, True, "8", None])
@pytest.mark.parametrize("name", ["length", "vocabulary_size", "embedding_width", "units"])
def test_a_size_that_is_no_positive_integer_is_named(
    build: Callable[..., keras.Model], name: str, value: object
) -> None:
    with pytest.raises(ValueError, match=f"^{name} must be a positive integer, not {value!r}$"):
        build(**{name: value})


def test_features_that_are_no_positive_integer_are_named() -> None:
    with pytest.raises(ValueError, match=r"^features must be a positive integer, not 0$"):
        models.headline_popularity(features=0)


@pytest.mark.parametrize("build", [models.headline_popularity, models.same_author])
def test_an_unknown_encoder_is_named_with_those_allowed(build: Callable[..., keras.Model]) -> None:
    with pytest.raises(ValueError, match=r"^encoder must be one of 'lstm', 'average', not 'gru'$"):
        build(encoder="gru")


def test_an_unknown_head_is_named_with_those_allowed() -> None:
    allowed = "'symmetric', 'concatenate', 'concatenate_dense'"
    with pytest.raises(ValueError, match=f"^head must be one of {allowed}, not 'cosine'$"):
        models.same_author(head="cosine")


@pytest.mark.parametrize(
    ("hidden", "message"),
    [
        (64, "hidden must be a sequence of positive integers, not 64"),
        ("64", "hidden must be a sequence of positive integers, not '64'"),
        ((64, 0), r"hidden\[1\] must be a positive integer, not 0"),
    ],
)
def test_hidden_layers_that_are_no_positive_integers_are_named(
    hidden: object, message: str
) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        models.headline_popularity(hidden=hidden)


def test_an_unknown_activation_is_named() -> None:
    with pytest.raises(ValueError, match=r"^hidden_activation must be .*, not 'rely'$"):
        models.headline_popularity(hidden_activation="rely")


def test_sizes_may_be_numpy_integers() -> None:
    model = models.headline_popularity(**SMALL | {"length": np.int64(3)}, hidden=[np.int32(2)])

    assert [(None, 3), (None, 5)] == model.input_shape


def test_importing_the_module_imports_no_keras() -> None:
    code = "import sys, layergraph.models; print({'keras', 'tensorflow'} & set(sys.modules))"
    source = Path(models.__file__).parents[1]

    run = subprocess.run(
        [sys.executable, "-c", code], cwd=source, capture_output=True, text=True, check=True
    )

    assert "set()" == run.stdout.strip()
