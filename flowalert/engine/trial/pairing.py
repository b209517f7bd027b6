"""As many expectations as possible, each with a telling of its own."""

from collections.abc import Mapping, Sequence


def pair(choices: Sequence[Sequence[int]]) -> Mapping[int, int]:
    """Return which of its choices each gets, none twice, so that as few as possible go without.

    First come, first served would not do: an expectation of any scope would take what another wants by name. Source:
    Kuhn's augmenting paths.
    """
    owners: dict[int, int] = {}

    def claim(who: int, asked: set[int]) -> bool:
        for choice in choices[who]:
            if choice not in asked:
                asked.add(choice)
                owner = owners.get(choice)
                if owner is None or claim(owner, asked):
                    owners[choice] = who
                    return True
        return False

    for who in range(len(choices)):
        claim(who, set())
    return {who: choice for choice, who in owners.items()}
