"""What somebody may do with a running service."""

import enum


class Role(enum.Enum):
    """A viewer looks; an operator acknowledges, silences, sends again, reloads and writes rules as well."""

    VIEWER = "viewer"
    OPERATOR = "operator"

    def may(self, needed: "Role") -> bool:
        """Tell whether this role includes another."""
        return self is needed or self is Role.OPERATOR
