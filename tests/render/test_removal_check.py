"""Pairs of specs, before and after, and the errors for what the second would silently remove from the stack."""

import pytest

from pcaform.render.reuse_check import HOW
from render.removal_specs import (
    ACM,
    ARN,
    ELSEWHERE,
    ISSUED_HERE,
    ISSUER,
    MOVED,
    PERMITTED,
    PLAIN,
    REFERENCE,
    USER,
    WEB,
    ca,
    child,
    external,
    messages_of,
    offline,
    revocation,
    spec,
)

EMPTY_LIST = ("common_name: root", "common_name: root, custom_attributes: []")


ACCEPTED = {
    "the same": (spec(ca("root"), rest=ISSUER), spec(ca("root"), rest=ISSUER)),
    "the same, with an empty list in its subject": (spec(ca("root")).replace(*EMPTY_LIST),) * 2,
    "one more": (spec(ca("root")), spec(ca("root"), ca("second"), rest=ISSUER)),
    "tags and protection": (spec(ca("root")), spec(ca("root", "tags: {a: b}", "deletion_protection: false"))),
    "the next generation": (spec(ca("root")), spec(ca("root", "generation: 2", years=25))),
    "a child signed by another": (
        spec(ca("root"), ca("second"), child("parent: root")),
        spec(ca("root"), ca("second"), child("parent: second", "generation: 2")),
    ),
    "renamed, with its child": (
        spec(ca("root"), child("parent: root")),
        spec(ca("top", "renamed_from: root").replace("common_name: top", "common_name: root"), child("parent: top")),
    ),
    "renamed issuer": (
        spec(ca("root"), rest=ISSUER),
        spec(ca("root"), rest=ISSUER.replace("{ci: {", "{build: {renamed_from: ci, ")),
    ),
    "forgotten": (spec(ca("root")), spec(rest="removed: {root: forget}\n")),
    "forgotten with its generation": (
        spec(ca("root", "generation: 3")),
        spec(rest="removed: {root: {forget: everything, generation: 3}}\n"),
    ),
    "destroyed after its protection was lifted": (
        spec(ca("root", "deletion_protection: false")),
        spec(rest=f"removed: {{root: {{destroy: '{ARN}'}}}}\n"),
    ),
    "an issuer forgotten": (spec(ca("root"), rest=ISSUER), spec(ca("root"), rest="removed: {issuers.ci: forget}\n")),
    "an issuer destroyed": (
        spec(ca("root"), rest=ISSUER),
        spec(ca("root"), rest=f"removed: {{issuers.ci: {{destroy: '{USER}'}}}}\n"),
    ),
    "a permission taken out while its CA stays": (spec(ca("root", PERMITTED)), spec(ca("root", "permissions: []"))),
    "a permission that comes": (spec(ca("root")), spec(ca("root", PERMITTED))),
    "OCSP switched off": (
        spec(ca("root", revocation("enabled: true"))),
        spec(ca("root", revocation("enabled: false"))),
    ),
    "OCSP that was off left out": (spec(ca("root", revocation("enabled: false"))), spec(ca("root"))),
    "a reference that permits nothing": (spec(REFERENCE.replace(f", {PERMITTED}", "")), spec()),
    "elsewhere, forgotten there": (
        spec(ca("root", ELSEWHERE)),
        spec(rest=f"removed: {{root: {{forget: everything, {ELSEWHERE}}}}}\n"),
    ),
    "handed over": (spec(ca("root")), spec(external("root"), rest="removed: {root: {forget: certificate}}\n")),
    "the first certificate of one that waited for it": (offline("    activation: pending\n"), offline(ISSUED_HERE)),
    "one signed elsewhere for one that waited for it": (offline("    activation: pending\n"), offline()),
    "issued here on purpose": (offline(), offline(ISSUED_HERE + "    generation: 2\n")),
    "moved from outside onto one that is new": (
        spec(ca("root")),
        spec(ca("root"), ca("other"), rest=MOVED.replace("module.ca_root", "module.pki")),
    ),
    "an ARN written down": (
        spec(external("root").replace(f"arn: '{ARN}', ", "").replace("external", "pending")),
        spec(external("root")),
    ),
    "a certificate's ARN written down": (
        spec(ca("root", PERMITTED), rest=WEB),
        spec(ca("root", PERMITTED), rest=WEB.replace("}}", f", arn: '{ACM}'}}}}")),
    ),
    "a reference with another key and ARN, and no permission": (
        spec(PLAIN),
        spec(PLAIN.replace("partner:", "other:").replace("1111", "9999")),
    ),
    "a reference that becomes managed": (spec(PLAIN.replace("partner", "root")), spec(external("root"))),
    "a reference's permission taken out": (spec(REFERENCE), spec(REFERENCE.replace(PERMITTED, "permissions: []"))),
    "a reference's permission forgotten": (spec(REFERENCE), spec(PLAIN, rest="removed: {partner: forget}\n")),
    "kept as a reference": (
        spec(ca("root")),
        spec(f"  root: {{managed: false, arn: '{ARN}'}}\n", rest="removed: {root: forget}\n"),
    ),
}


@pytest.mark.parametrize(("before", "after"), ACCEPTED.values(), ids=ACCEPTED)
def test_declared_changes_pass(before: str, after: str) -> None:
    assert messages_of(before, after) == []


LEFT = (
    "'{0}' was in this stack, and Terraform would destroy it: keep it, rename it with 'renamed_from', or write "
    "'removed: {{{1}: forget}}' (it stays at AWS) or 'removed: {{{1}: {{destroy: ITS-ARN}}}}'"
)
LEFT_OTHER = LEFT.replace("keep it, rename it with 'renamed_from',", "keep it under this key,")
AT_TERMS = "an issued certificate cannot change, 'generation: 2' issues a new one"
NEVER_APPLIED = (
    "{0}. If {1} was never applied, show the state with '--state', or restore the stack's directory to its earlier "
    "content"
)
MOVED_AWAY = (
    "it belongs to 'root', and Terraform would move it to 'other' before anything else: remove this; 'renamed_from' "
    "gives an item another key"
)
IMPORTING = f"until the import of {{0}} is applied, Terraform would create another one: keep it, or {HOW}"
REISSUED = (
    "'{0}' has a certificate from elsewhere, and this would issue and install another one: keep its 'activation', or "
    "write 'generation: 2' to issue one here on purpose"
)
OTHER_ARN = (
    "'{0}' was {1}, seen {2}: that is another one. Give it a new key; if this stack created or permitted something on "
    "it, declare under 'removed' what happens to '{0}'"
)
WAITING = (
    "'{0}' has a certificate: while it waits for another one, its permissions and shares are removed. Leave "
    "'activation' as it was; 'aws acm-pca get-certificate-authority-csr' shows its request"
)
REPORTED = {
    "a CA left": (spec(ca("root"), ca("old")), spec(ca("root")), [f"4:1: {LEFT.format('old', 'old')}"]),
    "an issuer left": (spec(ca("root"), rest=ISSUER), spec(ca("root")), [f"1:1: {LEFT.format('ci', 'issuers.ci')}"]),
    "a bucket left": (
        spec(rest="crl_buckets: {lists: {}}\n"),
        spec(),
        [f"1:1: {LEFT_OTHER.format('lists', 'crl_buckets.lists')}"],
    ),
    "a reference with a permission left": (spec(REFERENCE), spec(), [f"1:1: {LEFT.format('partner', 'partner')}"]),
    "a CA became a reference": (
        spec(ca("root")),
        spec(f"  root: {{managed: false, arn: '{ARN}'}}\n"),
        [f"4:1: {LEFT.format('root', 'root')}"],
    ),
    "forgotten without its generation": (
        spec(ca("root", "generation: 3")),
        spec(rest="removed: {root: forget}\n"),
        [
            (
                "4:17: Terraform would revoke its certificate of generation 3: write "
                "'root: {forget: everything, generation: 3}'"
            )
        ],
    ),
    "destroyed while protected": (
        spec(ca("root")),
        spec(rest=f"removed: {{root: {{destroy: '{ARN}'}}}}\n"),
        ["4:17: 'root' is protected: apply it once with 'deletion_protection: false', then destroy it"],
    ),
    "elsewhere, forgotten here": (
        spec(ca("root", ELSEWHERE)),
        spec(rest="removed: {root: forget}\n"),
        ["4:17: 'root' had its own 'provider': repeat it here, so that Terraform finds 'root'"],
    ),
    "a user becomes a role": (
        spec(ca("root"), rest=ISSUER),
        spec(ca("root"), rest=ISSUER.replace("{ci: {", "{ci: {role: {trust: {services: [ec2.amazonaws.com]}}, ")),
        [
            (
                "6:15: 'ci' was a user of this stack, and Terraform would destroy it: give the new principal a new "
                "key, and write 'removed: {issuers.ci: forget}', or destroy it when it is no longer used"
            )
        ],
    ),
    "OCSP left out": (
        spec(ca("root", revocation("enabled: true"))),
        spec(ca("root")),
        [
            (
                "5:9: ocsp_configuration was enabled, and Terraform would disable it: to do so, write "
                "'ocsp_configuration: {enabled: false}'"
            )
        ],
    ),
    "another validity": (
        spec(ca("root")),
        spec(ca("root", years=25)),
        [f"5:92: generation 1 was issued with validity YEARS 20, seen YEARS 25: {AT_TERMS}"],
    ),
    "another subject and key": (
        spec(ca("root")),
        spec(ca("root").replace("common_name: root", "common_name: Root")),
        [
            (
                "5:31: subject was root, seen Root: this makes it another CA. Give it a new key, and declare "
                "under 'removed' what happens to 'root'"
            )
        ],
    ),
    "a permission left out": (
        spec(ca("root", PERMITTED)),
        spec(ca("root")),
        [
            (
                "5:9: 'root' permitted ACM to renew, and without that every certificate that ACM manages on it "
                "expires: write 'permissions: []' to remove the permission"
            )
        ],
    ),
    "another path length": (
        spec(ca("root"), child("parent: root")),
        spec(ca("root"), child("parent: root", "path_length: 1")),
        [f"6:157: generation 1 was issued with path_length 0, seen 1: {AT_TERMS}"],
    ),
    "another parent": (
        spec(ca("root"), ca("second"), child("parent: root")),
        spec(ca("root"), ca("second"), child("parent: second")),
        [f"7:138: generation 1 was issued with parent root, seen second: {AT_TERMS}"],
    ),
    "a generation back": (
        spec(ca("root", "generation: 2")),
        spec(ca("root")),
        [NEVER_APPLIED.format("5:9: generation 2 was rendered, and Terraform would revoke it: the next one is 3", 2)],
    ),
    "a generation skipped": (
        spec(ca("root")),
        spec(ca("root", "generation: 3")),
        [NEVER_APPLIED.format("5:130: generation 1 was rendered, and Terraform cannot skip one: the next one is 2", 1)],
    ),
    "a new generation signed in another place": (
        spec(ca("root"), ca("far", ELSEWHERE), child("parent: root")),
        spec(ca("root"), ca("far", ELSEWHERE), child("parent: far", "generation: 2")),
        [
            (
                "7:138: the earlier generation was signed with another 'provider', and Terraform would no longer find "
                "it: choose a parent with the same 'provider', or create a new CA"
            )
        ],
    ),
    "handed over without a declaration": (
        spec(ca("root")),
        spec(external("root")),
        [
            (
                "5:200: this stack issued the certificate of 'root', and Terraform would revoke it: write "
                "'removed: {root: {forget: certificate, generation: 1}}'"
            )
        ],
    ),
    "issued here instead of elsewhere": (offline(), offline(ISSUED_HERE), [f"7:5: {REISSUED.format('issuing')}"]),
    "issued here though active already": (
        spec(external("root")),
        spec(ca("root", revocation("enabled: false"))),
        [f"5:9: {REISSUED.format('root')}", f"5:9: {IMPORTING.format(ARN)}"],
    ),
    "back to waiting": (
        offline(),
        offline("    activation: pending\n"),
        [f"10:17: {WAITING.format('issuing')}"],
    ),
    "back to waiting, though its certificate is forgotten": (
        spec(ca("root")),
        spec(ca("root", "activation: pending"), rest="removed: {root: {forget: certificate}}\n"),
        [f"5:94: {WAITING.format('root')}"],
    ),
    "forgotten, and moved onto another": (
        spec(ca("root")),
        spec(ca("other"), rest=f"removed: {{root: forget}}\n{MOVED}"),
        [f"7:63: {MOVED_AWAY}"],
    ),
    "a reference to another CA": (
        spec(REFERENCE),
        spec(REFERENCE.replace("1111", "9999")),
        [f"5:34: {OTHER_ARN.format('partner', ARN, ARN.replace('1111', '9999'))}"],
    ),
    "a reference to another CA that permits nothing": (
        spec(PLAIN),
        spec(PLAIN.replace("1111", "9999")),
        [f"5:34: {OTHER_ARN.format('partner', ARN, ARN.replace('1111', '9999'))}"],
    ),
    "another CA's ARN": (
        spec(external("root")),
        spec(external("root").replace("1111", "9999")),
        [f"5:87: {OTHER_ARN.format('root', ARN, ARN.replace('1111', '9999'))}"],
    ),
    "a reference becomes a CA that is made": (
        spec(PLAIN.replace("partner", "root")),
        spec(ca("root")),
        [f"5:9: {OTHER_ARN.format('root', ARN, 'none')}"],
    ),
    "another certificate's ARN": (
        spec(ca("root", PERMITTED), rest=WEB.replace("}}", f", arn: '{ACM}'}}}}")),
        spec(ca("root", PERMITTED), rest=WEB.replace("}}", f", arn: '{ACM.replace('1111', '9999')}'}}}}")),
        [f"6:110: {OTHER_ARN.format('web', ACM, ACM.replace('1111', '9999'))}"],
    ),
    "a reference's permission dropped": (
        spec(REFERENCE),
        spec(PLAIN),
        [
            (
                "5:12: 'partner' permitted ACM to renew, and without that every certificate that ACM manages on it "
                "expires: write 'permissions: []' to remove the permission, or 'removed: {partner: forget}' to keep it "
                "at AWS"
            )
        ],
    ),
    "another place": (
        spec(ca("root")),
        spec(ca("root", ELSEWHERE)),
        ["5:128: 'root' had another 'provider': a CA cannot move, and Terraform would create a second one"],
    ),
    "another region": (
        spec(ca("root")),
        spec(ca("root")).replace("eu-west-1", "eu-west-2"),
        [
            (
                "3:15: the stack on disk has region eu-west-1: with another one Terraform would create every CA again, "
                "so use a new stack for it"
            )
        ],
    ),
}


def test_manifest_without_activation_asks_to_render_again() -> None:
    """An earlier pcaform did not record whether a CA is `pending` or has a certificate from elsewhere."""
    (message,) = messages_of(offline(), offline(ISSUED_HERE), unrecorded="activation")
    assert "render the previous spec once more" in message
    assert messages_of(offline(), offline(), unrecorded="activation") == []


def test_manifest_without_arns_still_finds_removals() -> None:
    """An earlier pcaform recorded references only if this stack permits something on them, and no ARN."""
    assert messages_of(spec(PLAIN), spec(PLAIN.replace("1111", "9999")), unrecorded="arn") == []
    assert messages_of(spec(REFERENCE), spec(), unrecorded="permits") == [f"1:1: {LEFT.format('partner', 'partner')}"]


@pytest.mark.parametrize(("before", "after", "messages"), REPORTED.values(), ids=REPORTED)
def test_undeclared_losses_are_reported(before: str, after: str, messages: list[str]) -> None:
    assert messages_of(before, after) == messages
