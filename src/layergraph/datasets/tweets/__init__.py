"""Real tweets, and the two tasks that the lessons make of them.

Text takes one way: rows of tweets become :class:`Tweets`, a table with checked columns;
:func:`popularity` and :func:`same_author` make a :class:`Task` of it, whose training,
validation and test parts share no tweet; each :class:`Part` holds arrays by the names of the
model's inputs and outputs, ready for ``fit``.
"""

from layergraph.datasets.tweets._errors import TweetsError, TweetsNotInstalledError
from layergraph.datasets.tweets._popularity import FEATURES, popularity
from layergraph.datasets.tweets._reading import load
from layergraph.datasets.tweets._same_author import same_author
from layergraph.datasets.tweets._table import Tweets
from layergraph.datasets.tweets._task import Part, Task

__all__ = [
    "FEATURES",
    "Part",
    "Task",
    "Tweets",
    "TweetsError",
    "TweetsNotInstalledError",
    "load",
    "popularity",
    "same_author",
]

# Readers, tracebacks and the reference know these by the public name.
for _name in __all__:
    if _name != "FEATURES":
        globals()[_name].__module__ = __name__
