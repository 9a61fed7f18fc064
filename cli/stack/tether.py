"""Ties a process to the one that starts it: `python tether.py PARENT COMMAND…` becomes COMMAND.

On Linux the kernel then kills it the moment its parent is gone, however that ended. This is done
here, not between fork and exec, as it needs Python and the parent has threads.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, command = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    # It may have gone before the line above took effect.
    if os.getppid() != parent:
        sys.exit(1)
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
