"""Each limit of a spec's values: for each the last value that is taken, and the first that is not."""

from typing import Any, get_args

from pcaform.core import facts
from spec.limits_cas import AUTHORITIES, CA, Limit
from spec.limits_principals import ISSUER, POLICY, PRINCIPALS, ROLE

CERTIFICATE = ("certificates", "site")
OTHER = ("certificate_authorities", "other")
ACM = "arn:aws:acm:eu-west-1:123456789012:certificate/1"
DISTRIBUTIONS = ("crl_buckets", "lists", "cloudfront_distribution_arns")
DISTRIBUTION = "arn:aws:cloudfront::123456789012:distribution/E2EXAMPLE"
LONG_DISTRIBUTION = DISTRIBUTION.ljust(2048, "A")
WAIVER = {"what": "replaced", "why": "it is new", "until": "2027-01-31"}

SPEC: dict[str, Any] = {
    "version": 1,
    "stack": "corp-pki",
    "references": {"lock_file": "pcaform.lock.json"},
    "aws": {"region": "eu-west-1", "account_id": "123456789012", "assume_role": {"role_arn": ROLE}},
    "certificate_authorities": {
        "root": {
            "type": "ROOT",
            "subject": {"common_name": "Root"},
            "key_algorithm": "RSA_2048",
            "validity": {"type": "YEARS", "value": 20},
        },
        "issuing": {
            "type": "SUBORDINATE",
            "parent": "root",
            "subject": {"common_name": "Issuing"},
            "key_algorithm": "RSA_2048",
            "validity": {"type": "YEARS", "value": 5},
            "revocation_configuration": {
                "crl_configuration": {"enabled": True},
                "ocsp_configuration": {"enabled": True},
            },
            "permissions": [{}],
        },
        "elsewhere": {"managed": False, "arn": CA},
        "other": {"managed": False, "stack": "security/root", "certificate_authority": "root"},
    },
    "certificates": {"site": {"certificate_authority": "root", "domain_name": "site.corp.example"}},
    "issuers": {
        "ci": {"grants": [{"certificates": "unmanaged", "certificate_authorities": ["issuing"]}]},
        "web": {"grants": [{"certificates": "managed", "certificate_authorities": ["issuing"]}]},
        "old": {"policy": {"name": "old", "document": {}}},
    },
}
"""The spec that a value is put into."""

BOTH = "/{stack}/{certificate_authority}"
REFUSED: list[Limit] = [
    *AUTHORITIES,
    *PRINCIPALS,
    (("profile",), "strict", "lax", "allowed: "),
    (("references", "lock_file"), "../x", "/x", "the name of a file relative to this one"),
    (("references", "lock_file"), "x" * 1024, "x" * 1025, "at most 1024 characters"),
    (("references",), {"remote_state": {"s3": {}}}, {"remote_state": {}}, "at least 1 item"),
    (("references",), {"remote_state": {"s3": {}}}, {"remote_state": {"s3": {}, "gcs": {}}}, "at most 1 item"),
    (("references",), {"remote_state": {"a" * 64: {}}}, {"remote_state": {"a" * 65: {}}}, "at most 64 characters"),
    (("references",), {"ssm_parameter": f"{BOTH}/x"}, {"ssm_parameter": f"{BOTH}/x y"}, "a name such as"),
    (("references",), {"ssm_parameter": BOTH}, {"ssm_parameter": f"{BOTH}/"}, "a name such as"),
    (("references",), {"ssm_parameter": BOTH}, {"ssm_parameter": BOTH[1:]}, "a name such as"),
    (("references",), {"ssm_parameter": BOTH}, {"ssm_parameter": "/{stack}-{certificate_authority}"}, "a name such as"),
    (("references",), {"ssm_parameter": BOTH}, {"ssm_parameter": f"{BOTH}/{{stack}}"}, "both of these once"),
    (("references",), {"ssm_parameter": BOTH}, {"ssm_parameter": "/{stack}/root"}, "both of these once"),
    (
        ("references",),
        {"ssm_parameter": "/" + "x" * (511 - len(BOTH)) + BOTH},
        {"ssm_parameter": "/" + "x" * (512 - len(BOTH)) + BOTH},
        "at most 512 characters",
    ),
    ((*OTHER, "account_id"), "1" * 12, "1" * 13, "12 digits"),
    ((*OTHER, "account_id"), 100000000000, 99999999999, "12 digits"),
    ((*OTHER, "account_id"), 999999999999, 1000000000000, "12 digits"),
    ((*OTHER, "stack"), "a", "A", "lower-case letters"),
    ((*OTHER, "stack"), "x" * 64, "x" * 65, "at most 64 characters"),
    ((*OTHER, "certificate_authority"), "a", "A", "lower-case letters"),
    ((*OTHER, "certificate_authority"), "x" * 64, "x" * 65, "at most 64 characters"),
    (("crl_buckets", "lists", "content"), "audit_reports", "reports", "allowed: "),
    (("crl_buckets", "lists", "distribution", "acm_certificate_arn"), ACM, CA, "the ARN of a certificate of ACM"),
    (
        ("crl_buckets", "lists", "distribution", "acm_certificate_arn"),
        ACM.ljust(2048, "1"),
        ACM.ljust(2049, "1"),
        "at most 2048 characters",
    ),
    (("crl_buckets", "lists", "distribution", "log_bucket"), "log", "lo", "at least 3 characters"),
    (("crl_buckets", "lists", "distribution", "log_bucket"), "l" * 63, "l" * 64, "at most 63 characters"),
    (("crl_buckets", "lists", "distribution", "log_bucket"), "log", "log s", "a bucket name"),
    (("stack",), "a" * 64, "a" * 65, "at most 64 characters"),
    (("stack",), "0.a_b-c", "-a", "starting with a letter or digit"),
    (("stack",), "a", "..", "starting with a letter or digit"),
    (("stack",), "a", "a\n", "starting with a letter or digit"),
    (("aws", "region"), "us-gov-west-1", "eu-west", "a region such as eu-west-1"),
    (("aws", "region"), "cn-north-1", "EU-WEST-1", "a region such as eu-west-1"),
    (("aws", "account_id"), "000000000000", "00000000000", "12 digits"),
    (("aws", "account_id"), 123456789012, 1234567890123, "12 digits"),
    (("aws", "account_id"), "123456789012", "١٢٣٤٥٦٧٨٩٠١٢", "12 digits"),
    (("aws", "assume_role", "role_arn"), ROLE.ljust(2048, "x"), ROLE.ljust(2049, "x"), "at most 2048 characters"),
    (("aws", "assume_role", "role_arn"), ROLE, POLICY, "the ARN of a role"),
    (("aws", "assume_role", "external_id"), "xx", "x", "at least 2 characters"),
    (("aws", "assume_role", "external_id"), "a:/-b", "a b", "letters, digits and any of"),
    (("aws", "assume_role", "external_id"), "x" * 1224, "x" * 1225, "at most 1224 characters"),
    (("aws", "assume_role", "session_name"), "x" * 64, "x" * 65, "at most 64 characters"),
    (("aws", "assume_role", "session_name"), "xx", "x", "at least 2 characters"),
    (("aws", "assume_role", "session_name"), "pki@corp", "pki/corp", "letters, digits and any of"),
    (("terraform", "backend"), {"s3": {}}, {}, "at least 1 item"),
    (("terraform", "backend"), {"s3": {}}, {"s3": {}, "gcs": {}}, "at most 1 item"),
    (("aws", "profile"), "x", "", "at least 1 character"),
    (("aws", "profile"), "x" * 1024, "x" * 1025, "at most 1024 characters"),
    *(
        (("aws", "ignore_tags"), {name: [ok]}, {name: [bad]}, said)
        for name in ("keys", "key_prefixes")
        for ok, bad, said in (("x", "", "at least 1"), ("x" * 128, "x" * 129, "at most 128 characters"))
    ),
    (("terraform", "extra_files"), ["a/b.tf"], ["a//b.tf"], "the path of a file in the stack"),
    (("terraform", "extra_files"), ["a" * 1024], ["a" * 1025], "at most 1024 characters"),
    ((*CERTIFICATE, "arn"), ACM, CA, "the ARN of a certificate of ACM"),
    ((*CERTIFICATE, "arn"), ACM.ljust(2048, "1"), ACM.ljust(2049, "1"), "at most 2048 characters"),
    (DISTRIBUTIONS, [DISTRIBUTION], [DISTRIBUTION.replace("E2", "e2")], "the ARN of a CloudFront distribution"),
    (DISTRIBUTIONS, [LONG_DISTRIBUTION], [f"{LONG_DISTRIBUTION}A"], "at most 2048 characters"),
    (("crl_buckets", "lists", "bucket"), "a" * 63, "a" * 64, "at most 63 characters"),
    (("crl_buckets", "lists", "bucket"), "abc", "ab", "at least 3 characters"),
    (("crl_buckets", "lists", "bucket"), "corp.crl-1", "corp crl", "a bucket name"),
    *(
        ((*CERTIFICATE, name), last, first, reason)
        for name, last, first, reason in (
            ("domain_name", f"{'a' * 61}.bc", f"{'a' * 61}.bcd", "at most 64 characters"),
            ("domain_name", "*.a.bc", "", "a host name in lower case"),
            ("early_renewal_duration", "P1Y2M3D", "P", "such as P90D"),
            ("early_renewal_duration", "1h30m", "90d", "such as P90D"),
            ("certificate_authority", "a" * 64, "a" * 65, "at most 64 characters"),
            ("certificate_authority", "root", "Root", "starting with a letter"),
            ("subject_alternative_names", ["a." * 125 + "bcd"], ["a." * 125 + "bcde"], "at most 253 characters"),
            ("subject_alternative_names", ["a.bc"], [""], "a host name in lower case"),
            ("subject_alternative_names", ["a.bc"] * 99, ["a.bc"] * 100, "at most 99 items"),
            *(
                ("subject_alternative_names", [f"{'a' * 63}.{'b' * 63}"], [name], reason)
                for name, reason in (
                    ("x y", "a host name in lower case"),
                    ("localhost", "a host name in lower case"),
                    ("host_name.corp.example", "a host name in lower case"),
                    ("a.*.corp.example", "'*' only as the first label"),
                    ("w*.corp.example", "'*' only as the first label"),
                    ("a..example", "a host name in lower case"),
                    (f"{'a' * 64}.example", "a host name in lower case"),
                    ("-a.example", "a host name in lower case"),
                    ("https://e.corp.example/", "did you mean 'e.corp.example'?"),
                    ("e.corp.example.", "did you mean 'e.corp.example'?"),
                    ("API.Corp.Example", "did you mean 'api.corp.example'?"),
                    ("b\u00fccher.example", "did you mean 'xn--bcher-kva.example'?"),
                )
            ),
            *(("key_algorithm", word, "RSA_3072", "allowed: ") for word in get_args(facts.AcmKeyAlgorithm)),
        )
    ),
    (("shares", "root", "accounts"), ["123456789012"], ["12345678901"], "12 digits"),
    (("shares", "root", "organization"), "o-" + "a" * 10, "o-" + "a" * 9, "an organization's id"),
    (("shares", "root", "organization"), "o-" + "a" * 32, "o-" + "a" * 33, "an organization's id"),
    (("shares", "root", "template"), "EndEntityCertificate/V1", "EndEntity/V1", "a template such as"),
    (("removed", "old"), "forget", "destroy", "allowed: forget"),
    (("removed", "old", "destroy"), CA, "old", "the ARN of the item to destroy"),
    (("removed", "old", "destroy"), CA.ljust(2048, "1"), CA.ljust(2049, "1"), "at most 2048 characters"),
    (("removed", "old"), {"forget": "certificate"}, {"forget": "all"}, "allowed: everything, certificate"),
    (
        ("removed", "old"),
        {"forget": "everything", "generation": 1000},
        {"forget": "everything", "generation": 1001},
        "allowed: 1000 or less",
    ),
    (
        ("removed", "old"),
        {"forget": "everything", "generation": 1},
        {"forget": "everything", "generation": 0},
        "allowed: 1 or more",
    ),
    *(
        (("waivers",), [{**WAIVER, name: last}], [{**WAIVER, name: first}], reason)
        for name, last, first, reason in (
            ("what", "x", "", "at least 1 character "),
            ("why", "abc", "ab", "at least 3 characters"),
            ("type", "a", "A", "lower-case letters, digits"),
            ("until", "2027-01-31", "31.01.2027", "a day such as 2027-01-31"),
        )
    ),
    (("version",), 1, 2, "allowed: 1"),
    *(
        case
        for tags in (
            ("aws", "default_tags"),
            *((*item, "tags") for item in (ISSUER, CERTIFICATE, ("crl_buckets", "c"))),
        )
        for case in (
            (tags, {"k" * 128: "v" * 256}, {"k" * 129: "v"}, "at most 128 characters"),
            (tags, {"k": ""}, {"k": "v" * 257}, "at most 256 characters"),
            (tags, {"k": "v"}, {"": "v"}, "at least 1 character "),
        )
    ),
    *(
        ((section,), {"a" * 64: item}, {"a" * 65: item}, "at most 64 characters")
        for section, item in (
            ("certificate_authorities", {"managed": False, "arn": CA}),
            ("issuers", {}),
            ("crl_buckets", {}),
            ("certificates", {"certificate_authority": "root", "domain_name": "a.bc"}),
            ("shares", {}),
            ("administrators", {"trust": {}}),
            ("auditors", {"trust": {}}),
        )
    ),
    (("removed",), {"a" * 1024: "forget"}, {"a" * 1025: "forget"}, "at most 1024 characters"),
    (("removed",), {"issuers.ci": "forget"}, {"issuers.a.b": "forget"}, "the key of a CA, SECTION.KEY"),
    (("removed",), {"module.vpc.aws_vpc.this": "forget"}, {"aws_vpc.this[0]": "forget"}, "without instance keys"),
    (("terraform", "backend"), {"a" * 64: {}}, {"a" * 65: {}}, "at most 64 characters"),
    (("aws", "account_id"), 100000000000, 99999999999, "12 digits"),
    *(
        ((*path, "accounts"), [last], [first], "12 digits")
        for path in (("shares", "root"), ("administrators", "pki", "trust"))
        for last, first in ((100000000000, 99999999999), (999999999999, 1000000000000))
    ),
]
