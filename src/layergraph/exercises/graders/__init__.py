"""The graders, a module for each lesson; :func:`layergraph.exercises.exercises` loads them."""
