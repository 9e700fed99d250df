"""Histories of specs with bases: a change in a base is judged like one in the spec."""

from checks.guard.git_histories import (
    CORP,
    DOUBT,
    GONE,
    LOST,
    MOVED,
    ONE,
    OTHER,
    SECOND,
    WHOLE,
    History,
    commit,
    delete,
    files,
    git,
    link,
    move,
    nothing,
    steps,
    write,
)

REPLACED = "[ca-replaced, breaks-trust]"
_CAS = "certificate_authorities:\n"
_HEAD, _FIRST = CORP.split(_CAS)
_AWS = 'aws: {region: eu-west-1, account_id: "123456789012"}\n'
_COMMON = "version: 1\n" + _AWS + _CAS + SECOND
_FEW = "version: 1\n" + _AWS
_EXTENDS = "extends: ../common.yaml\n"
_BACKEND = "terraform: {backend: {s3: {bucket: states, key: corp, region: eu-west-1}}}\n"
_OWN = f"{_EXTENDS}stack: corp\n{_BACKEND}{_CAS}{_FIRST}"
_BOTH = files(specs__corp=_OWN, common=_COMMON)
_LAB = _OWN.replace("corp", "lab").replace("common_name: ", "common_name: Lab ")
_CHAIN = files(specs__corp=_OWN, common="extends: far/last.yaml\n", far__last=_COMMON)
_ESCAPED = _OWN.replace("extends", '"ext\\x65nds"')
_IN_DEFAULTS = "certificate_authority_defaults: {subject: {organization: Corp}}\n"

HAZARDS = (
    History("a CA is taken out of the base", _BOTH, files(common=_FEW), LOST),
    History("the same, of one file", _BOTH, files(common=_FEW), LOST, ONE),
    History("a CA is taken out of the base of a base", _CHAIN, write("far/last.yaml", _FEW), LOST),
    History("the base of the base is another one", _CHAIN, files(common=_FEW), LOST),
    History("the spec extends no more", _BOTH, files(specs__corp=CORP), LOST),
    History(
        "the spec extends another base",
        _BOTH,
        files(specs__corp=_OWN.replace("common.yaml", "few.yaml"), few=_FEW),
        LOST,
    ),
    History(
        "a spec begins to extend, and loses a CA", files(specs__corp=WHOLE), files(specs__corp=_OWN, common=_FEW), LOST
    ),
    History(
        "it begins to extend a base that was there",
        files(specs__corp=WHOLE, common=_FEW),
        files(specs__corp=_OWN),
        LOST,
    ),
    History("the key is written with an escape", files(specs__corp=_ESCAPED, common=_COMMON), files(common=_FEW), LOST),
    History(
        "the base has another suffix",
        steps(files(specs__corp=_OWN.replace("yaml", "txt")), write("common.txt", _COMMON)),
        write("common.txt", _FEW),
        LOST,
    ),
    History("a base of before is not there", files(specs__corp=_OWN), files(common=_FEW), DOUBT),
    History("a base of before is no YAML", files(specs__corp=_OWN, common="a: ["), files(common=_FEW), DOUBT),
    History("a base is encrypted", files(specs__corp=_OWN, common=b"\0GITCRYPT\0"), files(common=_FEW), DOUBT),
    History(
        "spec and base are moved",
        _BOTH,
        steps(move("specs/corp.yaml", "a/new.yaml", _OWN), files(common=_FEW)),
        LOST,
        ("a", "--base", "main"),
    ),
    History(
        "the base is moved and loses a CA",
        _BOTH,
        steps(delete("common.yaml"), files(specs__corp=_OWN.replace("../", "../b/"), b__common=_FEW)),
        LOST,
    ),
    History(
        "a spec with a base is deleted",
        files(specs__corp=_OWN, common=_COMMON, specs__lab=_LAB),
        delete("specs/lab.yaml"),
        GONE,
    ),
    History(
        "the backend of the base changes",
        files(specs__corp=_OWN.replace(_BACKEND, ""), common=_COMMON + _BACKEND),
        files(common=_COMMON + _BACKEND.replace("corp", "pki")),
        MOVED,
    ),
    History("the base is uncommitted", steps(_BOTH, commit, git("checkout", "-q", "HEAD")), files(common=_FEW), LOST),
    History(
        "the spec has the CA as null",
        _BOTH,
        files(specs__corp=_OWN + "  second: null\n"),
        "'second' is empty, allowed: a mapping",
    ),
    History(
        "the link on the way to the base leads to another that was there",
        steps(
            files(specs__corp=_OWN.replace("../", "../now/"), all__common=_COMMON, few__common=_FEW), link("now", "all")
        ),
        steps(delete("now"), link("now", "few")),
        LOST,
    ),
    History("defaults of the base begin to count", _BOTH, files(common=_COMMON + _IN_DEFAULTS), REPLACED),
)
TWINS = (
    History("nothing changes", _BOTH, nothing, ""),
    History("comments and order in the base", _BOTH, files(common=f"# new\n{_CAS}{SECOND}{_FEW}"), ""),
    History("a spec begins to extend, and is the same", files(specs__corp=WHOLE), _BOTH, ""),
    History("it extends no more, and is the same", _BOTH, files(specs__corp=WHOLE), ""),
    History(
        "a CA moves into the base",
        _BOTH,
        files(specs__corp=_OWN.replace(f"{_CAS}{_FIRST}", ""), common=_COMMON + _FIRST),
        "",
    ),
    History(
        "the base is renamed",
        _BOTH,
        steps(delete("common.yaml"), files(specs__corp=_OWN.replace("common.yaml", "all.yaml"), all=_COMMON)),
        "",
    ),
    History("the base becomes two", _BOTH, files(common="extends: few.yaml\n" + _CAS + SECOND, few=_FEW), ""),
    History(
        "bases lie among the specs", files(specs__corp=_OWN.replace("../", ""), specs__common=_COMMON), nothing, ""
    ),
    History(
        "a new spec with an old base", _BOTH, files(specs__lab=OTHER.replace(_AWS.replace("corp", "lab"), _AWS)), ""
    ),
    History(
        "a spec in a linked directory",
        steps(files(real__specs__corp=_OWN, real__common=_COMMON), link("specs", "real/specs")),
        nothing,
        "",
    ),
)
