"""Which character separates the cells of a CSV file."""


def delimiter_of(head: str) -> str:
    """The delimiter of a CSV file by its first line: many spreadsheets write semicolons."""
    return ";" if head.count(";") > head.count(",") else ","
