"""A model of a backend: what `terraform state push` accepts and stores; test_state compares it with the real one."""

import json
from dataclasses import dataclass, field
from typing import Any

from pcaform.core.problems import Failure


def resource(name: str) -> dict[str, Any]:
    """Return a resource in the format of states."""
    return {
        "mode": "managed",
        "type": "terraform_data",
        "name": name,
        "provider": 'provider["terraform.io/builtin/terraform"]',
        "instances": [
            {
                "schema_version": 0,
                "attributes": {"id": name, "input": None, "output": None, "triggers_replace": None},
                "sensitive_attributes": [],
            }
        ],
    }


def state(serial: int, lineage: str, *names: str) -> bytes:
    """Return a state with these resources."""
    document = {
        "version": 4,
        "terraform_version": "1.11.4",
        "serial": serial,
        "lineage": lineage,
        "outputs": {},
        "resources": [resource(name) for name in names],
        "check_results": None,
    }
    return json.dumps(document).encode()


@dataclass
class Backend:
    """One state. With `gives_lineage` it sets the first state's lineage, as S3 does; `serials` are all stored ones."""

    stored: dict[str, Any] | None = None
    gives_lineage: bool = False
    serials: list[int] = field(default_factory=list)

    def pull(self) -> bytes:
        return b"" if self.stored is None else json.dumps(self.stored).encode()

    def push(self, content: bytes) -> None:
        pushed = json.loads(content)
        now = self.stored
        if now is None:
            lineage = "given" if self.gives_lineage else pushed["lineage"]
            self._store({**pushed, "lineage": lineage})
            return
        if now["resources"]:
            if pushed["lineage"] != now["lineage"]:
                raise Failure("cannot import state with lineage")
            if pushed["serial"] < now["serial"]:
                raise Failure("cannot import state with serial")
            if pushed["serial"] == now["serial"] and pushed["resources"] != now["resources"]:
                raise Failure("cannot overwrite existing state with serial")
        is_other = pushed["resources"] != now["resources"]
        self._store({**pushed, "serial": pushed["serial"] + is_other})

    def write(self, *names: str, without: bool = False) -> None:
        """Store further resources, or an empty state, as another run of Terraform does."""
        now = json.loads(self.pull() or state(0, "another"))
        added = [] if without else [*now["resources"], *map(resource, names)]
        self._store({**now, "serial": now["serial"] + 1, "resources": added})

    def names(self) -> list[str]:
        """Return the names of stored resources."""
        return [] if self.stored is None else [each["name"] for each in self.stored["resources"]]

    def _store(self, document: dict[str, Any]) -> None:
        self.stored = document
        self.serials.append(document["serial"])
