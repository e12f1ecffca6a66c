"""Near copies: tweets that say nearly the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from layergraph.datasets.tweets._words import LINK, words

THRESHOLD = 0.8
"""The Jaccard similarity of two tweets' sets of words from which they are near copies."""


def groups(texts: Sequence[str] | NDArray[np.object_]) -> NDArray[np.int64]:
    """Return one number a text; texts with the same number are near copies.

    Two texts are near copies where the sets of their words, links left out, have a Jaccard
    similarity of :data:`THRESHOLD` or more. A group holds whatever a chain of near copies joins.
    """
    # Imported here: scikit-learn takes a second, and only a split needs it.
    from scipy.sparse import coo_array, csr_array
    from scipy.sparse.csgraph import connected_components
    from sklearn.feature_extraction.text import CountVectorizer

    # A tweet that is nothing but links is compared by its text, or all such would be one group.
    bags = [[word for word in words(text) if word != LINK] or [text] for text in texts]
    if not bags:
        return np.empty(0, dtype=np.int64)
    counts = CountVectorizer(analyzer=list, binary=True, dtype=np.int32).fit_transform(bags)
    holds = csr_array(counts)
    sizes = np.diff(holds.indptr)

    # Two sets with Jaccard similarity t or more share at least one of the |x| - ceil(t |x|) + 1
    # rarest members of each (prefix filtering: Chaudhuri, Ganti and Kaushik, 2006), so only
    # tweets that share a rare word are compared: exact, and quick on large tables.
    rarity = np.argsort(np.argsort(holds.sum(axis=0), kind="stable"), kind="stable")
    rows = np.repeat(np.arange(len(bags)), sizes)
    order = np.lexsort((rarity[holds.indices], rows))
    place = np.arange(len(rows)) - holds.indptr[rows]
    kept = place < (sizes - np.ceil(THRESHOLD * sizes - 1e-9) + 1)[rows]
    columns = holds.indices[order][kept]
    rare = csr_array((np.ones(kept.sum(), np.int32), (rows[kept], columns)), shape=holds.shape)
    left, right = (rare @ rare.T).nonzero()
    left, right = left[left < right], right[left < right]

    shared = np.asarray(holds[left].multiply(holds[right]).sum(axis=1)).ravel()
    near = shared >= THRESHOLD * (sizes[left] + sizes[right] - shared) - 1e-9
    links = coo_array(
        (np.ones(near.sum(), dtype=np.int8), (left[near], right[near])),
        shape=(len(bags), len(bags)),
    )
    return connected_components(links, directed=False)[1].astype(np.int64)
