"""./run: bring everything up, keep it up, take it down."""

import os
import sys

from glacier.runner.bootstrap import HELP, Trouble, full_disk
from glacier.runner.manage import manage
from glacier.runner.state import chosen_folder
from glacier.runner.supervisor import Stopped, stop_on_signals
from glacier.runner.up import up


def main(arguments: list[str]) -> int:
    """What ./run does with these arguments; the exit code."""
    if arguments[:1] == ["manage"]:
        return manage(arguments[1:])
    if arguments:
        print(HELP["run"])
        return 2
    return up()


if __name__ == "__main__":
    stop_on_signals()
    try:
        sys.exit(main(sys.argv[1:]))
    except Trouble as trouble:
        sys.exit(f"\n{trouble}")
    except OSError as error:
        if error.errno != 28:
            raise
        sys.exit(f"\n{full_disk(chosen_folder())}")
    except Stopped:
        os._exit(130)
