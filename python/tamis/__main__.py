"""The command line: ``python -m tamis``."""

import signal
import sys

from tamis._tamis import run_command


def main() -> None:
    """Runs the command with the program's arguments, and ends the program with its exit code."""
    # Python would only note Ctrl-C and wait for the command to return.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(run_command(["tamis", *sys.argv[1:]]))


if __name__ == "__main__":
    main()
