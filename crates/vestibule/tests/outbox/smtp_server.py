"""A real mail server in its own process: STARTTLS and AUTH demanded. Each mail becomes a file; says its port when ready.

smtp_server.py CERTIFICATE KEY USER PASSWORD FOLDER
"""

import asyncio
import itertools
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

certificate, key, user, password, folder = sys.argv[1:]
folder = pathlib.Path(folder)
numbers = itertools.count(1)


class Keep:
    async def handle_DATA(self, server, session, envelope):
        part = folder / "part"
        part.write_bytes(envelope.original_content)
        part.rename(folder / f"{next(numbers)}.eml")
        return "250 2.0.0 kept"


def known(server, session, envelope, mechanism, data):
    good = (data.login, data.password) == (user.encode(), password.encode())
    return AuthResult(success=good, handled=good)


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)


async def main():
    def session():
        return SMTP(Keep(), tls_context=context, require_starttls=True, auth_required=True, authenticator=known,
                    enable_SMTPUTF8=True)

    server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
