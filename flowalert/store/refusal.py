"""Why a store was not opened."""


class StoreRefused(Exception):  # noqa: N818 - the file was refused, nothing broke
    """The file cannot be this service's store; the message says where, what was found, and what to do."""
