"""How much a finding weighs: what `--fail-on` takes, and what decides the exit code."""

from enum import StrEnum


class Level(StrEnum):
    """What a change does to people who trust the CAs, heaviest first."""

    BREAKS_TRUST = "breaks-trust"
    """Certificates lose their issuer, their renewal or their revocation, or anybody may use a CA."""
    WIDENS_ACCESS = "widens-access"
    """Somebody may do more than before."""
    NOTICE = "notice"
    """Nothing breaks by it, and somebody should know."""

    def reaches(self, other: "Level") -> bool:
        """Tell whether this level weighs as much as another, or more."""
        return rank(self) <= rank(other)


def rank(level: Level) -> int:
    """Return a level's place, 0 for the heaviest."""
    return list(Level).index(level)
