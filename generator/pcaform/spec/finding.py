"""What a check of a spec yields: a location in the spec and what is wrong there."""

from dataclasses import dataclass

from pcaform.spec.yaml_reader import Loc


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong in a spec."""

    loc: Loc
    message: str
