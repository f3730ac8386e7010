"""Self-signed certificates, made anew for each run with openssl."""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Certificate:
    """A self-signed certificate for localhost and 127.0.0.1; trust it with SSL_CERT_FILE=cert."""

    cert: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        found.load_cert_chain(self.cert, self.key)
        return found


def needed(program: str) -> str:
    """The path of a program the tests cannot do without."""
    found = shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if not found:
        raise RuntimeError(f"the tests need {program}, and it is not installed: apt-get install dovecot-imapd openssl")
    return found


def self_signed(folder: Path) -> Certificate:
    """A new certificate in the folder."""
    made = Certificate(folder / "cert.pem", folder / "key.pem")
    command = [needed("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    names = ["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    files = ["-keyout", str(made.key), "-out", str(made.cert)]
    subprocess.run(command + names + files, check=True, capture_output=True)
    return made


CA_CONF = """
[ca]
default_ca = here
[here]
database = {folder}/index.txt
new_certs_dir = {folder}
serial = {folder}/serial
default_md = sha256
policy = any
x509_extensions = server
[any]
commonName = supplied
[server]
subjectAltName = DNS:{name}
"""


def certificate_for(folder: Path, name: str, ends: datetime) -> Certificate:
    """A self-signed certificate for any name, which ends at a moment of the test's choosing, or has ended."""
    folder.mkdir()
    made, asked = Certificate(folder / "cert.pem", folder / "key.pem"), folder / "asked.pem"
    (folder / "index.txt").write_text("")
    (folder / "serial").write_text("01\n")
    (folder / "ca.conf").write_text(CA_CONF.format(folder=folder, name=name))
    dates = [f"{at:%Y%m%d%H%M%SZ}" for at in (ends - timedelta(days=30), ends)]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", str(made.key)]
    own = ["ca", "-batch", "-selfsign", "-notext", "-config", str(folder / "ca.conf"), "-keyfile", str(made.key)]
    for command in (
        ["req", *key, "-subj", f"/CN={folder.name}", "-out", str(asked)],
        [*own, "-in", str(asked), "-startdate", dates[0], "-enddate", dates[1], "-out", str(made.cert)],
    ):
        subprocess.run([needed("openssl"), *command], check=True, capture_output=True)
    return made
