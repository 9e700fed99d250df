"""The levels of findings: the values of `--fail-on`, which decides the exit code."""

from enum import StrEnum


class Level(StrEnum):
    """How much a change harms those who rely on the CAs, most severe first."""

    BREAKS_TRUST = "breaks-trust"
    """Certificates lose their issuer, their renewal or their revocation, or anyone may use a CA."""
    WIDENS_ACCESS = "widens-access"
    """A principal may do more than before."""
    NOTICE = "notice"
    """Nothing breaks, but the change should be noticed."""

    def reaches(self, other: "Level") -> bool:
        """Tell whether this level is as severe as another, or more."""
        return rank(self) <= rank(other)


def rank(level: Level) -> int:
    """Return the position of a level, 0 for the most severe."""
    return list(Level).index(level)
