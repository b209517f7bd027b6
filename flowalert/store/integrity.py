"""Whether the file is whole."""

import apsw

# One is enough to know; the others may help whoever repairs it.
_MOST = 5


def find_damages(connection: apsw.Connection) -> list[str]:
    """Return what SQLite finds wrong with the file, in its words; it reads all of it, some 500 MB a second."""
    try:
        found = [str(words) for (words,) in connection.execute(f"PRAGMA quick_check({_MOST})")]
    except apsw.Error as error:
        return [str(error)]
    return [] if found == ["ok"] else found
