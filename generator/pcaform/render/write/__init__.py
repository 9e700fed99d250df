"""Rendered files and a disk that others use too: compared, shown, or written so that nothing is lost or half there."""
