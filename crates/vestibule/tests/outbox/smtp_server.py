"""A real mail server in its own process: STARTTLS and AUTH demanded. Each mail becomes a file; says its port when ready.

smtp_server.py CERTIFICATE KEY USER PASSWORD FOLDER [MODE]

MODE: whole (the default), ascii (offers no SMTPUTF8), silent (takes connections and says nothing), refuses (greets with
554). What a whole one does with a mail is in the recipient's local part:

gone     550 5.1.1, no such user         policy   554 5.7.1, for another reason
later    451, the first time             cut      hangs up in the middle of DATA, the first time
hang     says nothing after DATA, the first time
"""

import asyncio
import itertools
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, syntax

certificate, key, user, password, folder = sys.argv[1:6]
mode = sys.argv[6] if len(sys.argv) > 6 else "whole"
folder = pathlib.Path(folder)
numbers = itertools.count(1)
seen = set()


def first(address):
    """Whether this address has not been met before."""
    known = address in seen
    seen.add(address)
    return not known


class Keep:
    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.partition("@")[0]
        if name.startswith("gone"):
            return "550 5.1.1 no such user here"
        if name.startswith("policy"):
            return "554 5.7.1 not with this one"
        if name.startswith("later") and first(address):
            return "451 4.3.0 try later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, session, envelope):
        part = folder / "part"
        how = getattr(session, "mechanism", "none")
        heads = [f"X-Envelope-From: {envelope.mail_from}", f"X-Envelope-To: {envelope.rcpt_tos[0]}", f"X-Auth: {how}"]
        part.with_suffix(".envelope").write_text("\n".join(heads))
        part.write_bytes(envelope.original_content)
        number = next(numbers)
        part.with_suffix(".envelope").rename(folder / f"{number}.envelope")
        part.rename(folder / f"{number}.eml")
        return "250 2.0.0 kept"

    async def auth_XOAUTH2(self, server, args):
        # RFC 7628's forerunner, as large providers speak it: user=…^Aauth=Bearer …^A^A in base64.
        import base64
        said = base64.b64decode(args[1]).decode()
        good = said == f"user={user}\x01auth=Bearer {password}\x01\x01"
        server.session.mechanism = "XOAUTH2"
        return AuthResult(success=good, handled=good)


class Server(SMTP):
    @syntax("DATA")
    async def smtp_DATA(self, arg):
        to = self.envelope.rcpt_tos[0] if self.envelope.rcpt_tos else ""
        if to.startswith("cut") and first(to):
            await self.push("354 go on")
            await self._reader.readline()
            self.transport.abort()
            return
        if to.startswith("hang") and first(to):
            await self.push("354 go on")
            await asyncio.sleep(3600)
        await super().smtp_DATA(arg)


def known(server, session, envelope, mechanism, data):
    good = (data.login, data.password) == (user.encode(), password.encode())
    session.mechanism = mechanism
    return AuthResult(success=good, handled=good)


async def silent(reader, writer):
    await asyncio.sleep(3600)


async def refuses(reader, writer):
    writer.write(b"554 5.3.2 not today\r\n")
    await writer.drain()
    writer.close()


async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def session():
        return Server(Keep(), tls_context=context, require_starttls=True, auth_required=True, authenticator=known,
                      enable_SMTPUTF8=mode != "ascii")

    if mode in ("silent", "refuses"):
        server = await asyncio.start_server(globals()[mode], "127.0.0.1", 0)
    else:
        server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
