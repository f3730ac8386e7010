"""Real mail servers for the tests: a private Dovecot, an SMTP server that can be told to misbehave, a cable to cut.

All listen on 127.0.0.1 and free ports only, and end with their `stop()`. Nothing here skips: a server that is missing
is an error with a sentence. The sink runs as a process of its own too, for tests that kill the desk:
`python tests/servers.py sink PORT FOLDER` (port 0: a free one) prints `listening on PORT` and writes each mail it
accepts into FOLDER, on the disk before it says 250.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":  # run as a script, Python looks for modules beside this file only
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.background import HOST
from tests.cable import Cable
from tests.certificates import Certificate, self_signed
from tests.dovecot import PASSWORD, Dovecot, User, free_port, put
from tests.smtp_sink import Received, SmtpSink, main

__all__ = [
    "HOST", "PASSWORD", "Cable", "Certificate", "Dovecot", "Received", "SmtpSink", "User", "free_port", "put",
    "self_signed",
]  # fmt: skip

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
