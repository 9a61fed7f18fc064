"""Ages: the oldest, and the eight age groups of the Adience benchmark."""

# The oldest age that is estimated or read from a label, and that ends the last band of an audience;
# people older than the oldest age of cells are counted at that age.
LAST_AGE = 120

# Eidinger, Enbar, Hassner 2014. There are gaps between the groups.
AGE_GROUPS = ((0, 2), (4, 6), (8, 12), (15, 20), (25, 32), (38, 43), (48, 53), (60, 100))


def nearest_group(years: float) -> str:
    """The group of `years`, or the nearer of the two around it, the lower one of a tie."""

    def distance(group: tuple[int, int]) -> float:
        low, high = group
        return max(low - years, years - high, 0.0)

    low, high = min(AGE_GROUPS, key=distance)
    return f"{low}-{high}"
