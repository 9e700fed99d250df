"""Histories that take a CA out of a stack, or a stack away, and hide it from `guard --base`."""

from checks.guard.git_histories import (
    AT,
    BASE,
    CORP,
    DOUBT,
    ELSEWHERE,
    FAILED,
    GONE,
    LOCAL,
    LOST,
    MOVED,
    NAME,
    NEW,
    ONE,
    OTHER,
    OWNED,
    PARTIAL,
    SECOND,
    TWO,
    WHOLE,
    History,
    Step,
    commit,
    criss_cross,
    cut,
    delete,
    files,
    git,
    in_submodule,
    link,
    lose,
    move,
    nothing,
    steps,
    submodule,
    write,
)


def written(text: str | bytes) -> Step:
    """Return a base whose one spec, specs/corp.yaml, is written in another way."""
    return write("specs/corp.yaml", text)


POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 3\n"
RENAME = move("specs/corp.yaml", "specs/new.yaml", CORP)
HAZARDS = (
    History("a CA is taken out", BASE, files(specs__corp=CORP), LOST),
    History("the same, of one file", BASE, files(specs__corp=CORP), LOST, ONE),
    History("the directory is renamed", BASE, move("specs/corp.yaml", "pki/corp.yaml", CORP), LOST, AT),
    History("the file is renamed", BASE, RENAME, LOST, NEW),
    History("another suffix", BASE, move("specs/corp.yaml", "specs/corp.yml", CORP), LOST),
    History("a suffix in capitals", written(WHOLE), move("specs/corp.yaml", "specs/corp.YAML", CORP), LOST),
    History("no suffix", BASE, move("specs/corp.yaml", "specs/corp", CORP), LOST, ("specs/corp", "--base", "main")),
    History("no suffix before", write("specs/corp.spec", WHOLE), move("specs/corp.spec", "specs/new.yaml", CORP), LOST),
    History("file and stack are renamed", BASE, move("specs/corp.yaml", "specs/new.yaml", NAME), LOST, NEW),
    History("directory and stack are renamed", BASE, move("specs/corp.yaml", "pki/new.yaml", NAME), LOST, AT),
    History("the stack is renamed in its file", BASE, files(specs__corp=NAME), LOST, ONE),
    History("the state moves with the name", BASE, move("specs/corp.yaml", "specs/new.yaml", ELSEWHERE), MOVED, NEW),
    History(
        "the name is that of a directory with its state",
        files(specs__corp=LOCAL),
        files(specs__corp=LOCAL.replace("stack: corp", "stack: pki")),
        MOVED,
    ),
    History(
        "renamed, and nothing says where the state is",
        files(specs__corp=PARTIAL),
        files(specs__corp=PARTIAL.replace(SECOND, "").replace("stack: corp", "stack: pki")),
        LOST,
    ),
    History(
        "renamed with its ARN, and all subjects changed",
        files(specs__corp=OWNED),
        files(
            specs__corp=OWNED.replace("stack: corp", "stack: pki")
            .replace("key: corp", "key: x")
            .replace("Two", "Too")
            .replace("name: Root", "name: Top")
        ),
        MOVED,
    ),
    History("CRLF and renamed", written(WHOLE.replace("\n", "\r\n")), RENAME, LOST, NEW),
    History("CR and renamed", written(WHOLE.replace("\n", "\r")), RENAME, LOST, NEW),
    History("an anchor at the name", written(WHOLE.replace("stack: corp", "stack: &s corp")), RENAME, LOST, NEW),
    History(
        "a comment behind the name", written(WHOLE.replace("stack: corp", "stack: corp  # ours")), RENAME, LOST, NEW
    ),
    History("quoted keys", written(WHOLE.replace("stack:", '"stack":')), RENAME, LOST, NEW),
    History(
        "escaped keys",
        written(WHOLE.replace("stack:", '"\\x73tac\\u006b":').replace("aws:", '"\\U00000061ws":')),
        RENAME,
        LOST,
        NEW,
    ),
    History("a key over two lines", written(WHOLE.replace("stack:", '? "st\\\n  ack"\n:')), RENAME, LOST, NEW),
    History("a block as the name", written(WHOLE.replace("stack: corp", "stack: >-\n  corp")), RENAME, LOST, NEW),
    History("an explicit key", written(WHOLE.replace("stack: corp", "? stack\n: corp")), RENAME, LOST, NEW),
    History(
        "flow style",
        written(
            "{version: 1, stack: corp, aws: {region: eu-west-1, account_id: '123456789012'}, terraform: {backend: {s3: "
            "{bucket: states, key: corp, region: eu-west-1}}}, certificate_authorities: {"
            + ", ".join(
                f"{key}: {{type: ROOT, subject: {{common_name: {name}}}, key_algorithm: EC_prime256v1, validity: "
                "{type: YEARS, value: 9}}"
                for key, name in (("root", "Root"), ("second", "Two"))
            )
            + "}}\n"
        ),
        RENAME,
        LOST,
        NEW,
    ),
    History("a byte order mark", written(b"\xef\xbb\xbf" + WHOLE.encode()), RENAME, LOST, NEW),
    History("a document start and end", written(f"--- # first\n{WHOLE}...\n"), RENAME, LOST, NEW),
    History("two documents", written(f"kind: ConfigMap\n---\n{WHOLE}"), RENAME, LOST, NEW),
    History("UTF-16", written(WHOLE.encode("utf-16")), RENAME, DOUBT, NEW),
    History("no longer valid", written(WHOLE.replace("version: 1", "version: 0")), RENAME, DOUBT, NEW),
    History("no longer YAML", written(WHOLE + "x: [\n"), RENAME, DOUBT, NEW),
    History(
        "no longer valid, in its place",
        written(WHOLE.replace("version: 1", "version: 0")),
        files(specs__corp=CORP),
        DOUBT,
    ),
    History(
        "no longer valid, and gone",
        files(specs__corp=WHOLE.replace("version: 1", "version: 0"), specs__lab=OTHER),
        delete("specs/corp.yaml"),
        DOUBT,
    ),
    History("stored in another place", written(POINTER), files(specs__corp=CORP), DOUBT),
    History("stored in another place, and renamed", written(POINTER), RENAME, DOUBT, NEW),
    History("encrypted", written(b"\0GITCRYPT\0abcdef"), RENAME, DOUBT, NEW),
    History("encoded by a filter", written("YmFzZTY0\n"), files(specs__corp=CORP), DOUBT),
    History("merge keys", written(WHOLE.replace("    type: ROOT\n", "    <<: {type: ROOT}\n")), RENAME, DOUBT, NEW),
    History("out of the directory that is checked", TWO, move("specs/corp.yaml", "old/corp.yaml", WHOLE), GONE),
    History(
        "two stacks change their states",
        TWO,
        files(
            specs__corp=WHOLE.replace("key: corp", "key: lab"),
            specs__lab=OTHER.replace("key: lab", "key: corp"),
        ),
        MOVED,
    ),
    History("from a directory below", BASE, files(specs__corp=CORP), LOST, (".", "--base", "main"), inside="specs"),
    History("a stack is gone", TWO, delete("specs/corp.yaml"), GONE),
    History("a stack is gone, of one file", TWO, delete("specs/corp.yaml"), GONE, ("specs/lab.yaml", "--base", "main")),
    History(
        "a stack of another directory is gone", files(specs__lab=OTHER, pki__corp=WHOLE), delete("pki/corp.yaml"), GONE
    ),
    History(
        "a stack under another name is gone",
        steps(files(specs__lab=OTHER), write("pki/corp", WHOLE)),
        delete("pki/corp"),
        GONE,
    ),
    History(
        "gone, and an old copy stays",
        files(specs__lab=OTHER, specs__corp=WHOLE, old__corp=WHOLE),
        delete("specs/corp.yaml"),
        GONE,
    ),
    History(
        "gone, and its file has another stack",
        TWO,
        files(specs__corp=OTHER.replace("lab", "new").replace("Lab", "N")),
        GONE,
    ),
    History(
        "gone by a name that a decoy takes",
        TWO,
        steps(
            files(specs__corp=CORP.replace("key: corp", "key: new").replace("common_name: ", "common_name: N")),
            files(specs__pki=NAME),
        ),
        LOST,
    ),
    History("a copy without it beside what stays", BASE, files(specs__new=CORP), LOST, NEW),
    History("a copy with its state beside what stays", BASE, files(specs__new=NAME), LOST, NEW),
    History(
        "behind a link",
        steps(write("src/corp.spec", WHOLE), write("specs/x.txt", ""), link("specs/corp.yaml", "../src/corp.spec")),
        steps(delete("specs/corp.yaml"), files(specs__corp=CORP)),
        LOST,
    ),
    History(
        "a link to a directory takes its place",
        BASE,
        steps(
            move("specs/corp.yaml", "src/corp.yaml", CORP), lambda r: (r.home / "specs").rmdir(), link("specs", "src")
        ),
        LOST,
    ),
    History(
        "a link out of the repository",
        steps(BASE, write("../out/corp.yaml", CORP)),
        steps(delete("specs/corp.yaml"), link("specs/corp.yaml", "../../out/corp.yaml")),
        FAILED,
        ONE,
    ),
    History(
        "was a link out of the repository",
        steps(write("specs/x.txt", ""), link("specs/corp.yaml", "../../out.yaml")),
        steps(delete("specs/corp.yaml"), files(specs__corp=CORP)),
        DOUBT,
    ),
    History("a submodule, checked from outside", submodule(WHOLE), in_submodule(write("corp.yaml", CORP)), LOST, AT),
    History(
        "the same, and its own main moved too",
        submodule(WHOLE),
        steps(in_submodule(write("corp.yaml", CORP)), git("-C", "pki", "push", "-q", ".", "HEAD:refs/heads/main2")),
        LOST,
        AT,
    ),
    History(
        "a submodule becomes a directory",
        submodule(WHOLE),
        steps(git("rm", "-q", "pki"), write("pki/corp.yaml", CORP)),
        DOUBT,
        AT,
    ),
    History("a submodule is gone", steps(submodule(WHOLE), files(specs__lab=OTHER)), git("rm", "-q", "pki"), DOUBT),
    History("an option as the base", BASE, RENAME, FAILED, ("specs", "--base=--octopus")),
    History("an option with a value", BASE, RENAME, FAILED, ("specs", "--base=--output=x")),
    History("an empty base", BASE, RENAME, FAILED, ("specs", "--base", "")),
    History("a tree as the base", BASE, RENAME, FAILED, ("specs", "--base", "main:specs")),
    History("a range as the base", BASE, RENAME, FAILED, ("specs", "--base", "main..HEAD")),
    History("no such base", BASE, RENAME, FAILED, ("specs", "--base", "nowhere")),
    History("a tag with the name of the base", BASE, steps(RENAME, commit, git("tag", "main")), FAILED, NEW),
    History(
        "a replaced object",
        BASE,
        steps(
            files(specs__corp=CORP),
            commit,
            lambda r: r.git("replace", r.git("rev-parse", "main^{tree}"), r.git("rev-parse", "HEAD^{tree}")),
        ),
        LOST,
    ),
    History("two latest common commits", BASE, steps(criss_cross, files(specs__corp=CORP)), FAILED),
    History("no common commit", BASE, steps(git("checkout", "-q", "--orphan", "new"), files(specs__corp=CORP)), FAILED),
    History(
        "another repository in the environment", BASE, files(specs__corp=CORP), LOST, env=(("GIT_DIR", "/nowhere"),)
    ),
    History(
        "another history in the environment",
        BASE,
        files(specs__corp=CORP),
        LOST,
        env=(("GIT_OBJECT_DIRECTORY", "/nowhere"), ("GIT_INDEX_FILE", "/nowhere"), ("GIT_NAMESPACE", "x")),
    ),
    History("another top directory", BASE, steps(files(specs__corp=CORP), git("config", "core.worktree", "/")), FAILED),
    History(
        "a top directory elsewhere",
        BASE,
        steps(files(specs__corp=CORP), git("config", "core.worktree", "/usr")),
        FAILED,
    ),
    History("a broken configuration", BASE, steps(files(specs__corp=CORP), write(".git/config", "[core\n")), FAILED),
    History(
        "a missing object",
        BASE,
        steps(
            files(specs__corp=CORP),
            commit,
            lose("main:specs/corp.yaml"),
        ),
        FAILED,
    ),
    History(
        "a missing tree",
        BASE,
        steps(
            files(specs__corp=CORP),
            commit,
            lose("main:specs"),
        ),
        FAILED,
    ),
    History(
        "a shallow clone",
        BASE,
        steps(
            files(specs__corp=CORP),
            commit,
            lambda r: r.git("clone", "-q", "--depth", "1", "--no-single-branch", f"file://{r.home}", "shallow"),
        ),
        FAILED,
        inside="shallow",
    ),
    History(
        "a shallow clone with an older common commit",
        files(specs__corp=CORP),
        cut,
        FAILED,
        ("specs", "--base", "origin/main"),
        inside="shallow",
    ),
    History("a bare repository", BASE, steps(files(specs__corp=CORP), git("config", "core.bare", "true")), FAILED),
    History("a work tree of its own", BASE, git("worktree", "add", "-q", "-b", "w", "tree"), LOST, inside="tree"),
    History(
        "a name with a line break",
        write("specs/co\nrp.yaml", WHOLE),
        move("specs/co\nrp.yaml", "specs/new.yaml", CORP),
        LOST,
    ),
    History("a name that is not UTF-8", write("specs/x.txt", ""), nothing, FAILED),
    History("the directory is empty", BASE, delete("specs/corp.yaml"), FAILED),
    History(
        "everything under a new name and subject",
        BASE,
        files(specs__corp=OTHER.replace("lab", "new").replace("Lab ", "New ")),
        GONE,
    ),
)
