"""Errors of Keras whose message does not tell what to do, explained.

:func:`explain` goes around ``compile``, ``fit``, ``evaluate``, ``predict`` or the building of a
model, and adds to a known error what it means and where that is written. :func:`look_up` takes an
error, or a message as it was copied.
"""

from layergraph.messages._explain import explain, shows
from layergraph.messages._registry import Known, find, look_up, messages

__all__ = ["Known", "explain", "find", "look_up", "messages", "shows"]

for _name in __all__:
    globals()[_name].__module__ = __name__
