"""`python -m pcaform`."""

from pcaform.cli import run

if __name__ == "__main__":
    run()
