"""The errors of this package."""


class TweetsError(ValueError):
    """Tweets that cannot be used as they are; the message names what, where and the way out."""


class TweetsNotInstalledError(ModuleNotFoundError):
    """The package that ships the tweets is not installed; the message has the line to run."""
