"""Histories that change nothing that counts: `guard --base` says nothing about them."""

from checks.guard.git_histories import (
    AT,
    BASE,
    CORP,
    DEV,
    NEW,
    ONE,
    OTHER,
    TWO,
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
    submodule,
    write,
)
from checks.guard.history_hazards import written

TWINS = (
    History("nothing changes", BASE, nothing, ""),
    History("the directory is renamed", BASE, move("specs/corp.yaml", "pki/corp.yaml", WHOLE), "", AT),
    History("another suffix", BASE, move("specs/corp.yaml", "specs/corp.yml", WHOLE), ""),
    History("the file is renamed", BASE, move("specs/corp.yaml", "specs/new.yaml", WHOLE), "", NEW),
    History(
        "the stack is renamed, and keeps its state",
        BASE,
        files(specs__corp=WHOLE.replace("stack: corp", "stack: pki")),
        "",
    ),
    History(
        "line ends, comments and order", written(WHOLE.replace("\n", "\r\n")), files(specs__corp=f"# new\n{WHOLE}"), ""
    ),
    History("a new stack", BASE, files(specs__lab=OTHER), ""),
    History(
        "a new stack with the same subjects elsewhere",
        BASE,
        files(specs__lab=WHOLE.replace("corp", "lab").replace("eu-west-1", "eu-central-1")),
        "",
    ),
    History("a new stack, of one file", BASE, files(specs__lab=OTHER), "", ("specs/lab.yaml", "--base", "main")),
    History("the first stack", write("README.md", "x"), BASE, ""),
    History(
        "another stack changes, and is not asked for", TWO, files(specs__lab=OTHER.replace("Lab Two", "X")), "", ONE
    ),
    History("another stack moves, and is not asked for", TWO, move("specs/lab.yaml", "lab/lab.yaml", OTHER), "", ONE),
    History(
        "a copy in the documentation",
        steps(BASE, write("docs/corp.yaml", CORP)),
        move("specs/corp.yaml", "specs/new.yaml", WHOLE),
        "",
    ),
    History(
        "one stack in two accounts",
        files(prod__corp=WHOLE, dev__corp=DEV),
        files(prod__corp=WHOLE + "waivers: []\n", dev__corp=DEV + "\n"),
        "",
        ("prod", "--base", "main"),
    ),
    History(
        "a broken example that stays",
        steps(BASE, write("tests/bad.yaml", WHOLE + "x: [\n")),
        files(specs__lab=OTHER),
        "",
    ),
    History(
        "templates and binaries",
        steps(
            BASE, write("chart/a.yaml", "{{ if .x }}\nstack: aws\n{{ end }}\n"), write("a.bin", bytes(range(256)) * 9)
        ),
        steps(files(specs__lab=OTHER), delete("chart/a.yaml"), delete("a.bin")),
        "",
    ),
    History(
        "a submodule that is not here",
        steps(BASE, submodule(OTHER)),
        steps(
            git("submodule", "deinit", "-q", "-f", "pki"),
            files(specs__new=OTHER.replace("lab", "new").replace("Lab ", "N ")),
        ),
        "",
    ),
    History(
        "a link within the repository",
        steps(write("src/corp.yaml", WHOLE), write("specs/x.txt", ""), link("specs/corp.yaml", "../src/corp.yaml")),
        nothing,
        "",
    ),
    History(
        "what was broken is not asked for",
        files(specs__corp=WHOLE, specs__lab=OTHER + "x: [\n"),
        write("specs/lab.yaml", OTHER),
        "",
        ONE,
    ),
    History("a sparse checkout", TWO, git("sparse-checkout", "set", "--no-cone", "/specs/corp.yaml"), ""),
    History("a work tree of its own", BASE, git("worktree", "add", "-q", "-b", "w", "tree"), "", inside="tree"),
    History(
        "the base is ahead",
        BASE,
        steps(git("checkout", "-q", "main"), files(specs__corp=CORP), commit, git("checkout", "-q", "topic")),
        "",
    ),
    History("from standard input", BASE, nothing, "", ("-", "--base", "main")),
    History("an empty file becomes a spec", write("specs/corp.yaml", ""), BASE, ""),
    History("with HEAD as the base", BASE, nothing, "", ("specs", "--base", "HEAD")),
    History(
        "a stack of which nothing was left",
        files(specs__corp=WHOLE, specs__lab=OTHER.partition("certificate_auth")[0]),
        delete("specs/lab.yaml"),
        "",
    ),
)
