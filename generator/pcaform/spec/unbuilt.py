"""What version 1 of the spec describes and this release does not do yet: known words, answered honestly."""

from pcaform.document import Loc

_ANY = "*"
_SHAPES: tuple[tuple[str, ...], ...] = (
    ("crl_buckets",),
    ("certificates",),
    ("shares",),
    ("administrators",),
    ("auditors",),
    ("removed",),
    ("moves",),
    ("waivers",),
    *(
        ("certificate_authorities", _ANY, name)
        for name in (
            "arn",
            "managed",
            "activation",
            "provider",
            "generation",
            "deletion_protection",
            "renamed_from",
        )
    ),
    *(("issuers", _ANY, name) for name in ("role", "existing_user", "existing_role", "renamed_from")),
)


def is_unbuilt(loc: Loc) -> bool:
    """Tell whether a key the models refuse is one that a later release takes."""
    return any(
        len(shape) == len(loc) and all(ours in (_ANY, theirs) for ours, theirs in zip(shape, loc, strict=True))
        for shape in _SHAPES
    )
