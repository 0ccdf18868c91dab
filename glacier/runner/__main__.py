"""./run: bring everything up, keep it up, take it down."""

import os
import sys

from glacier.runner.bootstrap import Trouble, full_disk
from glacier.runner.manage import manage
from glacier.runner.state import chosen_folder
from glacier.runner.supervisor import Stopped, stop_on_signals
from glacier.runner.up import up

HELP = """\
./run                   bring Glacier up, here, until Ctrl-C; keeps its data for the next time
./run manage COMMAND    a command of manage.py with the same servers and keys, for instance
                        ./run manage backup, ./run manage restore FILE, ./run manage createsuperuser

  PORT=8000             where it answers            HOST=127.0.0.1   0.0.0.0 lets other machines in
  GLACIER_STATE=…       where data and keys are     GLACIER_URL=…    the address others know it by
  DATABASE_URL=…        a PostgreSQL of your own    REDIS_URL=…      a Redis or Valkey of your own
  GLACIER_DEMO=0        without the demonstration   WEB_CONCURRENCY  web processes (2)
"""


def main(arguments: list[str]) -> int:
    """What ./run does with these arguments; the exit code."""
    if arguments[:1] == ["manage"]:
        return manage(arguments[1:])
    if arguments:
        print(HELP)
        return 0 if arguments[0] in ("-h", "--help", "help") else 2
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
