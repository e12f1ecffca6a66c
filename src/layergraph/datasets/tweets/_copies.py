"""Near copies: tweets that say nearly the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from layergraph.datasets.tweets._words import LINK, words

THRESHOLD = 0.85
"""The cosine of two tweets' TF-IDF vectors from which they are near copies."""

_BLOCK = 1024  # so many rows are compared with all others at once, to bound the memory


def groups(texts: Sequence[str] | NDArray[np.object_]) -> NDArray[np.int64]:
    """Return one number a text; texts with the same number are near copies.

    Two texts are near copies where the TF-IDF vectors of their words, links left out, have a
    cosine of :data:`THRESHOLD` or more. A group holds whatever a chain of near copies joins.
    """
    # Imported here: scikit-learn takes a second, and only a split needs it.
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from sklearn.feature_extraction.text import TfidfVectorizer

    # A tweet that is nothing but links is compared by its text, or all such would be one group.
    bags = [[word for word in words(text) if word != LINK] or [text] for text in texts]
    if not bags:
        return np.empty(0, dtype=np.int64)
    vectors = TfidfVectorizer(analyzer=list).fit_transform(bags)
    pairs = []
    for start in range(0, len(bags), _BLOCK):
        # Rounding must not part two equal texts, nor two at the very threshold.
        near = (vectors[start : start + _BLOCK] @ vectors.T) >= THRESHOLD - 1e-9
        left, right = near.nonzero()
        pairs.append((left + start, right))
    left, right = np.concatenate(pairs, axis=1)
    graph = coo_array((np.ones(len(left), np.int8), (left, right)), shape=(len(bags), len(bags)))
    _, number = connected_components(graph, directed=False)
    return np.asarray(number, dtype=np.int64)
