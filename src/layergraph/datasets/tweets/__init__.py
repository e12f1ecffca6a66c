"""Real tweets, and the two tasks that the lessons make of them.

Text takes one way: rows of tweets become :class:`Tweets`, a table with checked columns;
:func:`popularity` and :func:`same_author` make a :class:`Task` of it, whose training,
validation and test parts share no tweet; each :class:`Part` holds arrays by the names of the
model's inputs and outputs, ready for ``fit``.
"""

from layergraph.datasets.tweets._errors import TweetsError, TweetsNotInstalledError
from layergraph.datasets.tweets._popularity import popularity
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

FEATURES = (
    "hour_sine",
    "hour_cosine",
    "weekend",
    "log_hours_since_previous",
    "log_tweets_in_24_hours",
)
"""The five features of a tweet, in the order of the columns of ``aux_input``.

- ``hour_sine`` and ``hour_cosine``: the time of day in UTC on a circle of 24 hours, so that 23:59
  and 00:00 are neighbours.
- ``weekend``: 1 on Saturday and Sunday in UTC, else 0.
- ``log_hours_since_previous``: the logarithm of 1 plus the hours since the author's previous
  tweet.
- ``log_tweets_in_24_hours``: the logarithm of 1 plus how many tweets the author wrote in the 24
  hours before.

All of them are known when the tweet is written, and the last two look at earlier seconds only.
"""

# Readers, tracebacks and the reference know these by the public name.
for _name in __all__:
    if _name != "FEATURES":
        globals()[_name].__module__ = __name__
