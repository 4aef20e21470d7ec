"""Verifies every DKIM signature of a mail against records given on the command line; says how many held.

dkim_verify.py MAIL NAME RECORD [NAME RECORD]...
"""

import pathlib
import sys

import dkim

message = pathlib.Path(sys.argv[1]).read_bytes()
records = dict(zip(sys.argv[2::2], sys.argv[3::2]))


def txt(name, timeout=5):
    return records[name.decode().rstrip(".")].encode()


held = 0
for index in range(message.lower().count(b"dkim-signature:")):
    if not dkim.DKIM(message).verify(idx=index, dnsfunc=txt):
        sys.exit(f"signature {index} does not hold")
    held += 1
print(held)
