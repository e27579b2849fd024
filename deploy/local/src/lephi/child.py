"""Becomes another program that dies with its parent: ``python child.py [options] -- PROGRAM …``.

Run as a plain script with the standard library alone, so that it costs a few milliseconds. Linux
delivers the signal when the thread that started the child ends: start children from a thread that
lives as long as its process.
"""

import argparse
import ctypes
import os
import pwd
import shlex
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Drop privileges if asked, tie our life to the parent's, and become the program."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--parent", type=int, help="process id of the parent")
    parser.add_argument("--parent-file", help="file that holds the parent's process id")
    parser.add_argument("--variables-file", help="file of NAME=value lines for the environment")
    parser.add_argument("--user", help="system user to become (only as root)")
    parser.add_argument("--signal", default="SIGKILL", help="sent to us when the parent dies")
    parser.add_argument("--pid-file", help="where to write our process id")
    parser.add_argument("program", nargs="+")
    options = parser.parse_args()
    if options.pid_file:
        with open(options.pid_file, "w", encoding="ascii") as file:  # noqa: PTH123 - quick to start
            file.write(f"{os.getpid()}\n")
    parent = options.parent or int(_read(options.parent_file))
    if options.variables_file:
        lines = _read(options.variables_file).splitlines()
        os.environ.update(dict(_pair(line) for line in lines))
    if options.user:
        _become(options.user)
    number = int(signal.Signals[options.signal])
    # After the change of user: that resets it.
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the parent is already gone")
    os.execvp(options.program[0], options.program)  # noqa: S606 - that is its purpose


def _read(path: str) -> str:
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - quick to start
        return file.read()


def _pair(line: str) -> tuple[str, str]:
    name, _, text = line.partition("=")
    return name, "".join(shlex.split(text))


def _become(user: str) -> None:
    entry = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)
    os.environ["HOME"] = entry.pw_dir
    os.chdir("/")


if __name__ == "__main__":
    main()
