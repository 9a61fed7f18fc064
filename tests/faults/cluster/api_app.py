"""The API as it runs in production: `python -m tests.faults.cluster.api_app api`. Where no small
disk could be mounted, no file that it writes may grow beyond a limit.
"""

import os
import resource

from cli.main import main
from tests.faults.cluster.deliveries import wrap_sending

FILE_BYTES = "FAULTS_FILE_BYTES"

if __name__ == "__main__":
    if FILE_BYTES in os.environ:
        most = int(os.environ[FILE_BYTES])
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    wrap_sending()
    main()
