# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate authority and server certificates, made with openssl for one run of the tests.

Nothing here is served: servers.py does that for the good certificate, flow/fakes.py for the bad ones.
"""
import os
import subprocess


def _openssl(*arguments):
    run = subprocess.run(["openssl", *arguments], capture_output=True, text=True)
    if run.returncode:
        raise RuntimeError("openssl %s: %s" % (" ".join(arguments), run.stderr))


class Authority:
    """A CA of its own below FOLDER; `certificate` is what a client has to trust."""

    def __init__(self, folder, name="ca"):
        self.folder, self.name = folder, name
        self.certificate = os.path.join(folder, name + ".pem")
        self._key = os.path.join(folder, name + ".key")
        _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                 "-keyout", self._key, "-out", self.certificate, "-days", "30", "-subj", "/CN=Test CA " + name,
                 "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def issue(self, name, alt="DNS:localhost,IP:127.0.0.1", expired=False):
        """(certificate file, key file) for a server that answers to ALT."""
        base = os.path.join(self.folder, self.name + "-" + name)
        request, extensions, database = base + ".csr", base + ".ext", base + ".db"
        _openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                 "-keyout", base + ".key", "-out", request, "-subj", "/CN=" + name)
        open(database, "w").close()
        with open(extensions, "w") as f:
            f.write("[ca]\ndefault_ca = this\n[this]\ndatabase = %s\nnew_certs_dir = %s\nrand_serial = yes\n"
                    "unique_subject = no\ndefault_md = sha256\npolicy = any\nx509_extensions = server\n"
                    "[any]\ncommonName = supplied\n[server]\nbasicConstraints = CA:FALSE\n"
                    "extendedKeyUsage = serverAuth\nkeyUsage = digitalSignature\nsubjectAltName = %s\n"
                    % (database, self.folder, alt))
        dates = ["-startdate", "20200101000000Z", "-enddate", "20200201000000Z"] if expired else ["-days", "20"]
        _openssl("ca", "-batch", "-notext", "-config", extensions, "-cert", self.certificate, "-keyfile", self._key,
                 "-in", request, "-out", base + ".pem", *dates)
        return base + ".pem", base + ".key"
