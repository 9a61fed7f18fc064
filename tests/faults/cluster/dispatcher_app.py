"""A dispatcher as it runs in production, with fail points:
`python -m tests.faults.cluster.dispatcher_app dispatcher`.
"""

from cli.main import main
from tests.faults.cluster.fail_points import install_in_dispatcher

if __name__ == "__main__":
    install_in_dispatcher()
    main()
