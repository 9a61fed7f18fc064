"""How much of a file or an answer is read at a time."""

BLOCK_BYTES = 256 * 1024
