"""Data that the lessons learn from; :mod:`layergraph.datasets.tweets` holds the main one."""
