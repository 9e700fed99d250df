"""The account after a spec is applied, as `import aws` reads it, without Terraform and without AWS."""

from collections.abc import Iterator, Mapping
from typing import Any

from importer.infer.strategies import AppliedSpec
from pcaform.core import facts
from pcaform.sources.account_snapshot import AccountSnapshot, CaStatus, IamPrincipal, IamPrincipals, Permission, Policy
from pcaform.sources.account_snapshot import Certificate as LiveCertificate
from pcaform.spec.stack import Spec
from pcaform.terraform import resource_types as types

_OFF: dict[str, Any] = {"enabled": False}
Attributes = Mapping[str, Any]


class LiveAccount:
    """The resources of an applied spec by type, as AWS has them: default tags are tags like others."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._applied = AppliedSpec(spec)
        self._found: dict[str, list[Attributes]] = {}
        for state in self._applied.resources():
            self._found.setdefault(state["type"], []).append(state["instances"][0]["attributes"])

    def snapshot(self) -> AccountSnapshot:
        """Return the account; CAs that wait for a certificate are there, but read no further."""
        own = [self._ca(each) for each in self._of(types.AUTHORITY)]
        others = (each for key, each in self._spec.certificate_authorities.items() if not each.managed)
        cas = [*own, *(self._reference(str(each.arn), each.key_algorithm) for each in others)]
        return AccountSnapshot(
            self._spec.aws.account_id,
            tuple(sorted({ca.region for ca in cas})),
            tuple(cas),
            certificates=tuple(map(_certificate, self._of(types.ACM_CERTIFICATE))),
            principals=IamPrincipals(tuple(self._principals())),
        )

    def policies(self) -> dict[str, Attributes]:
        """Return the managed policies by name."""
        return {each["name"]: each for each in self._of(types.IAM_POLICY)}

    def _of(self, kind: str) -> list[Attributes]:
        return self._found.get(kind, [])

    def _ca(self, attributes: Attributes) -> CaStatus:
        arn = attributes["arn"]
        key = next(key for key in self._spec.managed if self._applied.arn(key) == arn)
        blocks = (attributes["revocation_configuration"] or [{}])[0]
        revocation = {name: blocks.get(name, [_OFF]) for name in ("crl_configuration", "ocsp_configuration")}
        of_ca = (each for each in self._of(types.PERMISSION) if each["certificate_authority_arn"] == arn)
        shared = (each["policy"] for each in self._of(types.SHARE) if each["resource_arn"] == arn)
        is_pending = key in self._spec.pending
        return CaStatus(
            arn,
            "PENDING_CERTIFICATE" if is_pending else "ACTIVE" if attributes["enabled"] else "DISABLED",
            {**attributes, "revocation_configuration": [revocation]},
            permissions=tuple(Permission(each["principal"], tuple(each["actions"])) for each in of_ca),
            policy=next(shared, ""),
            certificate="" if is_pending else self._applied.pems[key],
            request=attributes["certificate_signing_request"],
            tags=attributes["tags_all"],
        )

    def _reference(self, arn: str, algorithm: facts.KeyAlgorithm | None) -> CaStatus:
        key: facts.KeyAlgorithm = algorithm or "RSA_2048"
        signing = facts.DEFAULT_SIGNING_ALGORITHM[key]
        configuration = {"key_algorithm": key, "signing_algorithm": signing, "subject": [{"common_name": "Partner"}]}
        arguments = {
            "arn": arn,
            "type": "ROOT",
            "certificate_authority_configuration": [configuration],
            "revocation_configuration": [{"crl_configuration": [_OFF], "ocsp_configuration": [_OFF]}],
        }
        return CaStatus(arn, "ACTIVE", arguments, is_foreign=arn.split(":")[4] != self._spec.aws.account_id)

    def _principals(self) -> Iterator[IamPrincipal]:
        partition = facts.partition(self._spec.aws.region)
        by_arn = {each["arn"]: _policy(each) for each in self.policies().values()}
        for kind in ("user", "role"):
            owned = {each["name"]: each for each in self._of(f"aws_iam_{kind}")}
            held: dict[str, list[Policy]] = {name: [] for name in owned}
            for each in self._of(f"aws_iam_{kind}_policy_attachment"):
                held.setdefault(each[kind], []).append(by_arn[each["policy_arn"]])
            for name, policies in held.items():
                path = owned.get(name, {}).get("path", "/")
                arn = f"arn:{partition}:iam::{self._spec.aws.account_id}:{kind}{path}{name}"
                yield IamPrincipal(kind, name, arn, path, tuple(policies))


def _policy(each: Attributes) -> Policy:
    return Policy(each["name"], each["policy"], each["arn"], "", each["description"], each["tags_all"])


def _certificate(each: Attributes) -> LiveCertificate:
    return LiveCertificate(
        each["arn"],
        each["domain_name"],
        each["certificate_authority_arn"],
        "ISSUED",
        None,
        key_algorithm=each["key_algorithm"],
        names=tuple(each["subject_alternative_names"]),
        tags=each["tags_all"],
    )
