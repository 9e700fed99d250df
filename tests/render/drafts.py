"""Specs as a user has them in mind, and the edits that are made of them."""

import json
from collections.abc import Mapping
from copy import deepcopy
from itertools import count, pairwise
from typing import Any, NamedTuple

from pcaform.terraform.resource_types import AUTHORITY

ACCOUNT = "123456789012"
KEYS = ("a", "b", "c")
WORDS = ("", "", "", "", "applied", "never-applied", "state")


class Step(NamedTuple):
    """One edit: its kind, the keys that it is about, what is said of the renders before, and whether it is applied."""

    kind: str
    key: str
    other: str
    word: str
    is_applied: bool


Draft = dict[str, Any]
"""A spec as the user has it in mind: `cas` and `issuers` by key, each with the `owner` that stays the same."""


def arn_of(owner: int) -> str:
    """Return the ARN that AWS gives a CA."""
    return f"arn:aws:acm-pca:eu-west-1:{ACCOUNT}:certificate-authority/11111111-2222-3333-4444-{owner:012}"


def empty_draft() -> Draft:
    return {"cas": {}, "issuers": {}, "removed": {}, "moves": {}}


def text_of(draft: Draft, stack: str = "s") -> bytes:
    """Return the spec of a draft; JSON is YAML."""
    spec: dict[str, Any] = {"version": 1, "stack": stack, "aws": {"region": "eu-west-1", "account_id": ACCOUNT}}
    spec["certificate_authorities"] = {key: _ca_of(ca) for key, ca in draft["cas"].items()}
    spec["issuers"] = {
        key: {
            "user_name": f"user-{issuer['owner']}",
            "grants": [{"certificates": "unmanaged", "certificate_authorities": [issuer["ca"]]}],
            **({"renamed_from": issuer["renamed_from"]} if "renamed_from" in issuer else {}),
        }
        for key, issuer in draft["issuers"].items()
    }
    spec |= {name: draft[name] for name in ("removed", "moves") if draft[name]}
    return json.dumps({name: value for name, value in spec.items() if value != {}}).encode()


def _ca_of(ca: Mapping[str, Any]) -> dict[str, Any]:
    fixed: dict[str, Any] = {
        "type": "ROOT",
        "key_algorithm": "EC_prime256v1",
        "subject": {"common_name": f"CA {ca['subject']}"},
    }
    optional = ("renamed_from", "generation", "permissions", "deletion_protection", "activation", "arn")
    off = {"ocsp_configuration": {"enabled": False}}
    validity = {"type": "YEARS", "value": 10}
    fixed |= {"revocation_configuration": off} if "activation" in ca else {"validity": validity}
    return {**fixed, **{name: ca[name] for name in optional if name in ca}}


class Editor:
    """Edits drafts; every CA and issuer that the user means gets a number."""

    def __init__(self) -> None:
        self.numbers = count(1)
        self.earlier: list[Draft] = [empty_draft()]

    def edit(self, draft: Draft, step: Step) -> Draft:
        """Return the draft after an edit; one that cannot be made leaves it as it is.

        Most edits are of something that is there.
        """
        new = deepcopy(draft)
        there = sorted(draft["issuers" if step.kind.endswith("_issuer") and step.kind != "add_issuer" else "cas"])
        if step.kind in _OF_EXISTING and there:
            step = step._replace(key=there[KEYS.index(step.key) % len(there)])
        getattr(self, f"_{step.kind}")(new, step.key, step.other)
        return new

    def _keep(self, draft: Draft, key: str, other: str) -> None:
        """Render the same spec again."""

    def _add(self, draft: Draft, key: str, _: str) -> None:
        owner = next(self.numbers)
        permissions = [{"principal": "acm.amazonaws.com"}]
        draft["cas"].setdefault(key, {"owner": owner, "subject": owner, "permissions": permissions})

    def _rename(self, draft: Draft, key: str, other: str) -> None:
        if key in draft["cas"] and other not in draft["cas"]:
            draft["cas"][other] = {**draft["cas"].pop(key), "renamed_from": key}
            for issuer in draft["issuers"].values():
                issuer["ca"] = other if issuer["ca"] == key else issuer["ca"]

    def _drop_renamed_from(self, draft: Draft, key: str, _: str) -> None:
        draft["cas"].get(key, {}).pop("renamed_from", None)

    def _forget(self, draft: Draft, key: str, _: str) -> None:
        if ca := draft["cas"].pop(key, None):
            generation = ca.get("generation", 1)
            forgotten = {"forget": "everything", "generation": generation}
            draft["removed"][key] = "forget" if generation == 1 else forgotten

    def _delete(self, draft: Draft, key: str, _: str) -> None:
        draft["cas"].pop(key, None)

    def _drop_removed(self, draft: Draft, key: str, _: str) -> None:
        draft["removed"].pop(key, None)
        draft["removed"].pop(f"issuers.{key}", None)

    def _renew(self, draft: Draft, key: str, _: str) -> None:
        if ca := draft["cas"].get(key):
            ca["generation"] = ca.get("generation", 1) + 1
            ca.pop("activation", None)

    def _roll_back(self, draft: Draft, key: str, _: str) -> None:
        if ca := draft["cas"].get(key):
            ca["generation"] = max(1, ca.get("generation", 1) - 1)

    def _stop_permission(self, draft: Draft, key: str, _: str) -> None:
        if ca := draft["cas"].get(key):
            ca["permissions"] = []

    def _leave_out_permission(self, draft: Draft, key: str, _: str) -> None:
        draft["cas"].get(key, {}).pop("permissions", None)

    def _permit(self, draft: Draft, key: str, _: str) -> None:
        if ca := draft["cas"].get(key):
            ca["permissions"] = [{"principal": "acm.amazonaws.com"}]

    def _replace(self, draft: Draft, key: str, _: str) -> None:
        if ca := draft["cas"].get(key):
            ca["subject"] = ca["owner"] = next(self.numbers)

    def _unprotect(self, draft: Draft, key: str, _: str) -> None:
        if ca := draft["cas"].get(key):
            ca["deletion_protection"] = False

    def _destroy(self, draft: Draft, key: str, _: str) -> None:
        if ca := draft["cas"].pop(key, None):
            draft["removed"][key] = {"destroy": arn_of(ca["owner"])}

    def _destroy_other(self, draft: Draft, key: str, other: str) -> None:
        if ca := draft["cas"].get(other):
            draft["cas"].pop(key, None)
            draft["removed"][key] = {"destroy": arn_of(ca["owner"])}

    def _hand_over(self, draft: Draft, key: str, _: str) -> None:
        if ca := draft["cas"].get(key):
            ca |= {"activation": "external", "arn": arn_of(ca["owner"])}
            draft["removed"][key] = {"forget": "certificate", "generation": ca.pop("generation", 1)}

    def _move(self, draft: Draft, key: str, other: str) -> None:
        """Give a CA another key with `moves`, as a module, as a resource, or over a third address."""
        if key in draft["cas"]:
            draft["cas"].setdefault(other, draft["cas"].pop(key) if other > key else draft["cas"][key])
            draft["removed"][key] = "forget"
            tail = f".{AUTHORITY}.this" if key < other else ""
            over = [
                f"module.ca_{key}{tail}",
                *(["module.ca_x" + tail] if key == "b" else []),
                f"module.ca_{other}{tail}",
            ]
            draft["moves"] |= dict(pairwise(over))

    def _move_permission(self, draft: Draft, key: str, other: str) -> None:
        self._forget(draft, key, other)
        draft["moves"][f"module.acm_permission_{key}"] = f"module.acm_permission_{other}"

    def _drop_moves(self, draft: Draft, _: str, __: str) -> None:
        draft["moves"] = {}

    def _revert(self, draft: Draft, key: str, _: str) -> None:
        back = min(len(self.earlier), 1 + KEYS.index(key))
        draft.clear()
        draft.update(deepcopy(self.earlier[-back]))

    def _add_issuer(self, draft: Draft, key: str, other: str) -> None:
        if other in draft["cas"]:
            draft["issuers"].setdefault(key, {"owner": next(self.numbers), "ca": other})

    def _rename_issuer(self, draft: Draft, key: str, other: str) -> None:
        if key in draft["issuers"] and other not in draft["issuers"]:
            draft["issuers"][other] = {**draft["issuers"].pop(key), "renamed_from": key}

    def _forget_issuer(self, draft: Draft, key: str, _: str) -> None:
        if draft["issuers"].pop(key, None):
            draft["removed"][f"issuers.{key}"] = "forget"

    def _delete_issuer(self, draft: Draft, key: str, _: str) -> None:
        draft["issuers"].pop(key, None)

    def _import(self, draft: Draft, key: str, _: str) -> None:
        owner = next(self.numbers)
        draft["cas"].setdefault(key, {"owner": owner, "subject": owner, "arn": arn_of(owner), "activation": "external"})

    def _drop_arn(self, draft: Draft, key: str, _: str) -> None:
        draft["cas"].get(key, {}).pop("arn", None)


_OF_EXISTING = frozenset(
    name[1:]
    for name in vars(Editor)
    if name.startswith("_")
    and name not in ("_add", "_add_issuer", "_drop_removed", "_drop_moves", "_revert", "_import")
)
KINDS = tuple(name[1:] for name in vars(Editor) if name.startswith("_") and not name.startswith("__"))
