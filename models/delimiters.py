"""Which character separates the cells of a CSV file."""

DELIMITERS = ",;\t"


def delimiter_of(head: str) -> str:
    """The delimiter of a CSV file by its first line: many spreadsheets write semicolons or tabs."""
    return max(DELIMITERS, key=head.count)
