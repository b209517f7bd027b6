"""Why a store was not opened, and why one that was open is no longer of use."""


class StoreRefused(Exception):  # noqa: N818 - the file was refused, nothing broke
    """The file cannot be this service's store; the message says where, what was found, and what to do."""


class StoreFailed(Exception):  # noqa: N818 - an end in words, like the refusal
    """The store cannot be read or written any more; the message says where, what happened, and what to do.

    What was not yet written is not in the file, and nobody has been told of it.
    """
