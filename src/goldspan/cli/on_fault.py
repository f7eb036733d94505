"""What commands that read a file's rows do about faulty ones."""

from enum import StrEnum


class OnFault(StrEnum):
    """What becomes of the sound rows of a file with faulty ones."""

    REFUSE = "refuse"
    SKIP = "skip"
