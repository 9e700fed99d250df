"""The limits of the values of issuers, administrators and auditors, and of the roles they may be."""

from spec.limits_cas import Limit

ISSUER = ("issuers", "ci")
ROLE = "arn:aws:iam::123456789012:role/pki"
POLICY = "arn:aws:iam::123456789012:policy/boundary"
PROVIDER = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
OIDC = {"provider_arn": PROVIDER, "subjects": ["repo:corp/pki:*"]}
ANCHOR = "arn:aws:rolesanywhere:eu-west-1:123456789012:trust-anchor/11111111-2222-3333-4444-555555555555"
LONG_SERVICE = "ec2.amazonaws.com".rjust(128, "a")

PRINCIPALS: list[Limit] = [
    ((*ISSUER, "user_name"), "u" * 64, "u" * 65, "at most 64 characters"),
    ((*ISSUER, "user_name"), "a+=,.@_-Z9", "a b", "letters, digits and any of"),
    ((*ISSUER, "user_name"), "u", "", "letters, digits and any of"),
    ((*ISSUER, "path"), "/" + "a" * 510 + "/", "/" + "a" * 511 + "/", "at most 512 characters"),
    ((*ISSUER, "path"), "/a/b/", "/a/b", "starts and ends with '/'"),
    ((*ISSUER, "path"), "/", "", "starts and ends with '/'"),
    *(
        ((*ISSUER, name), *edges)
        for name, edges in (
            ("policy_path", ("/a/", "a", "starts and ends with '/'")),
            ("policy_path", (f"/{'p' * 510}/", f"/{'p' * 511}/", "at most 512 characters")),
            ("policy_tags", ({"k" * 128: ""}, {"k" * 129: ""}, "at most 128 characters")),
            ("policy_tags", ({"k": ""}, {"": ""}, "at least 1 character ")),
            ("policy_tags", ({"k": "v" * 256}, {"k": "v" * 257}, "at most 256 characters")),
        )
    ),
    ((*ISSUER, "permissions_boundary"), POLICY.ljust(2048, "x"), POLICY.ljust(2049, "x"), "at most 2048 characters"),
    ((*ISSUER, "permissions_boundary"), "arn:aws:iam::aws:policy/ReadOnlyAccess", ROLE, "the ARN of a policy"),
    ((*ISSUER, "grants", 0, "templates"), ["EndEntityCertificate/V1"], [], "at least 1 item"),
    (
        (*ISSUER, "grants", 0, "templates"),
        ["CodeSigningCertificate/V1"],
        ["EndEntityCertificate/V2"],
        "a template such",
    ),
    (
        (*ISSUER, "grants", 0, "templates"),
        ["BlankEndEntityCertificate_CriticalBasicConstraints_APICSRPassthrough/V1"],
        ["*"],
        "a template such",
    ),
    ((*ISSUER, "grants", 0, "certificate_authorities"), ["issuing"], [], "at least 1 item"),
    (("issuers", "web", "grants", 0, "domain_names"), [], [""], "at least 1 character "),
    *(
        (("issuers", who, "grants", 0, name), [last], [first], "allowed: ")
        for who, name, last, first in (
            ("web", "key_algorithms", "EC_secp384r1", "RSA_4096"),
            ("ci", "key_algorithms", "EC_secp521r1", "SM2"),
            ("web", "additional_actions", "RenewCertificate", "RevokeCertificate"),
            ("ci", "additional_actions", "RevokeCertificate", "RenewCertificate"),
        )
    ),
    (("issuers", "web", "grants", 0, "domain_names"), ["d" * 253], ["d" * 254], "at most 253 characters"),
    (("issuers", "old", "policy", "name"), "p" * 128, "p" * 129, "at most 128 characters"),
    (("issuers", "old", "policy", "name"), "p", "p/q", "letters, digits and any of"),
    (("issuers", "old", "policy", "description"), "d" * 1000, "d" * 1001, "at most 1000 characters"),
    (("issuers", "old", "policy", "description"), "d", "", "at least 1 character "),
    ((*ISSUER, "ignore"), [{"rule": "user-name", "reason": "abc"}], [{"rule": "user-name", "reason": "ab"}], "3 char"),
    ((*ISSUER, "ignore"), [{"rule": "u", "reason": "abc"}], [{"rule": "", "reason": "abc"}], "at least 1 character "),
    ((*ISSUER, "grants", 0, "certificate_authorities"), ["a" * 64], ["a" * 65], "at most 64 characters"),
    ((*ISSUER, "grants", 0, "certificate_authorities"), ["a"], ["A"], "starting with a letter"),
    (("issuers", "web", "grants", 0, "certificate_authorities"), ["issuing"], [], "at least 1 item"),
    ((*ISSUER, "renamed_from"), "old", "Old", "starting with a letter"),
    ((*ISSUER, "renamed_from"), "a" * 64, "a" * 65, "at most 64 characters"),
    *(
        case
        for name in ("existing_user", "existing_role")
        for case in (
            ((*ISSUER, name), "u" * 64, "u" * 65, "at most 64 characters"),
            ((*ISSUER, name), "a+=,.@_-Z9", "pki/ci", "letters, digits and any of"),
        )
    ),
    *(
        (("auditors", "pki"), {"trust": {}, name: last}, {"trust": {}, name: first}, reason)
        for name, last, first, reason in (
            ("path", "/pki/", "pki", "starts and ends with '/'"),
            ("path", f"/{'p' * 510}/", f"/{'p' * 511}/", "at most 512 characters"),
            ("permissions_boundary", POLICY, ROLE, "the ARN of a policy"),
            ("permissions_boundary", POLICY.ljust(2048, "x"), POLICY.ljust(2049, "x"), "at most 2048 characters"),
            ("policy_path", "/pki/", "pki", "starts and ends with '/'"),
            ("policy_path", f"/{'p' * 510}/", f"/{'p' * 511}/", "at most 512 characters"),
            *(
                (name, *edges)
                for name in ("tags", "policy_tags")
                for edges in (
                    ({"k" * 128: ""}, {"k" * 129: ""}, "at most 128 characters"),
                    ({"k": ""}, {"": ""}, "at least 1 character "),
                    ({"k": "v" * 256}, {"k": "v" * 257}, "at most 256 characters"),
                )
            ),
        )
    ),
    *(
        case
        for role in ((*ISSUER, "role"), ("administrators", "pki"), ("auditors", "pki"))
        for case in (
            (role, {"trust": {}, "role_name": "u" * 64}, {"trust": {}, "role_name": "u" * 65}, "at most 64 characters"),
            (role, {"trust": {}, "role_name": "u"}, {"trust": {}, "role_name": "u/v"}, "letters, digits and any of"),
            (role, {"trust": {}, "max_session_duration": 3600}, {"trust": {}, "max_session_duration": 3599}, "3600 or"),
            (role, {"trust": {}, "max_session_duration": 43200}, {"trust": {}, "max_session_duration": 43201}, "43200"),
            (role, {"trust": {}, "description": "é" * 1000}, {"trust": {}, "description": "é" * 1001}, "at most 1000"),
            (role, {"trust": {}, "description": "a\tb"}, {"trust": {}, "description": "\u4e2d"}, "signs of Latin-1"),
            (role, {"trust": {"accounts": ["0" * 12]}}, {"trust": {"accounts": ["0" * 11]}}, "12 digits"),
        )
    ),
    *(
        ((*ISSUER, "role"), {"trust": last}, {"trust": first}, reason)
        for last, first, reason in (
            ({"principals": [ROLE]}, {"principals": [f"{ROLE}*"]}, "the ARN of a user or role"),
            (
                {"principals": [ROLE.ljust(2048, "x")]},
                {"principals": [ROLE.ljust(2049, "x")]},
                "at most 2048 characters",
            ),
            (
                {"services": ["ec2.amazonaws.com", "ec2.amazonaws.com.cn", "ec2.c2s.ic.gov"]},
                {"services": ["ec2"]},
                "an AWS service such as",
            ),
            ({"services": [LONG_SERVICE]}, {"services": [f"a{LONG_SERVICE}"]}, "at most 128 characters"),
            ({"oidc": [OIDC]}, {"oidc": [OIDC | {"provider_arn": ROLE}]}, "the ARN of an identity provider"),
            (
                {"oidc": [OIDC | {"provider_arn": PROVIDER.ljust(2048, "x")}]},
                {"oidc": [OIDC | {"provider_arn": PROVIDER.ljust(2049, "x")}]},
                "at most 2048 characters",
            ),
            *(
                ({"oidc": [OIDC | {name: last}]}, {"oidc": [OIDC | {name: first}]}, reason)
                for name in ("subjects", "audiences")
                for last, first, reason in (
                    (["a"], [], "at least 1 item"),
                    (["a"], [""], "at least 1 character "),
                    (["a" * 512], ["a" * 513], "at most 512 characters"),
                )
            ),
            (
                {"roles_anywhere": {"trust_anchor_arn": ANCHOR}},
                {"roles_anywhere": {"trust_anchor_arn": ANCHOR.replace("trust-anchor", "profile")}},
                "the ARN of a trust anchor",
            ),
            (
                {"roles_anywhere": {"trust_anchor_arn": ANCHOR.ljust(2048, "a")}},
                {"roles_anywhere": {"trust_anchor_arn": ANCHOR.ljust(2049, "a")}},
                "at most 2048 characters",
            ),
            *(
                (
                    {"roles_anywhere": {"trust_anchor_arn": ANCHOR, "common_names": [last]}},
                    {"roles_anywhere": {"trust_anchor_arn": ANCHOR, "common_names": [first]}},
                    reason,
                )
                for last, first, reason in (
                    ("a" * 64, "a" * 65, "at most 64 characters"),
                    ("a", "", "at least 1 character "),
                )
            ),
        )
    ),
]
