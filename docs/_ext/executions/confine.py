"""Let a process write below some folders only, by Linux' Landlock.

The watch refuses what goes through Python, with a message of its own. This refuses the rest: what
compiled code writes by itself, and the programs that a cell starts. It needs no privilege and
lasts for the life of the process and its children (https://docs.kernel.org/userspace-api/landlock.html).
"""

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # system calls, the same everywhere
VERSION = 1  # flag: tell the version
PATH_BENEATH = 1  # kind of rule
PR_SET_NO_NEW_PRIVS = 38

# Rights to change what a file system holds; some came with a later version of Landlock.
WRITE_FILE, REMOVE_DIR, REMOVE_FILE = 1 << 1, 1 << 4, 1 << 5
MAKE = sum(1 << bit for bit in range(6, 13))  # files, folders, links, sockets, devices
REFER, TRUNCATE = 1 << 13, 1 << 14
RIGHTS = {1: WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE, 2: REFER, 3: TRUNCATE}


def confine(writable: Iterable[Path]) -> bool:
    """Refuse this thread, and what it starts from now on, to write anywhere else.

    Args:
        writable: Folders and files; one that is not there is passed over.

    Returns:
        Whether the system can do it; where not, nothing has changed.

    Raises:
        OSError: The system can do it, and would not.
    """
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(VERSION))
    if version < 1:
        return False
    rights = sum(rights for since, rights in RIGHTS.items() if since <= version)

    def done(result: int) -> int:
        if result < 0:
            raise OSError(ctypes.get_errno(), "Landlock: " + os.strerror(ctypes.get_errno()))
        return result

    handled = struct.pack("=Q", rights)
    ruleset = done(
        libc.syscall(CREATE_RULESET, handled, ctypes.c_size_t(len(handled)), ctypes.c_uint32(0))
    )
    try:
        for path in filter(Path.exists, writable):
            descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
            allowed = rights if path.is_dir() else rights & (WRITE_FILE | TRUNCATE)
            try:
                rule = struct.pack("=Qi", allowed, descriptor)
                done(libc.syscall(ADD_RULE, ruleset, PATH_BENEATH, rule, ctypes.c_uint32(0)))
            finally:
                os.close(descriptor)
        done(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        done(libc.syscall(RESTRICT_SELF, ruleset, ctypes.c_uint32(0)))
    finally:
        os.close(ruleset)
    return True
