"""What the installed program starts: the commands of `python3 -m pos_app`, and the register without one."""

import sys

from pos_app.__main__ import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["run"]))
