"""What keeps a drawing from its figure."""


class ProblemError(Exception):
    """A drawing that cannot be shown; the message says why and what to do.

    Args:
        subtype: Of the warning ``layergraph.<subtype>``, by which it can be suppressed.
        message: The message.
    """

    def __init__(self, subtype: str, message: str) -> None:
        super().__init__(message)
        self.subtype = subtype
