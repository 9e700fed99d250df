"""`python -m pcaform`."""

from pcaform.cli.main import run

if __name__ == "__main__":
    run()
