"""A receiver of webhooks in its own process. Keeps every request as a line of JSON; says its port when ready.

receiver.py FILE

FILE.modes, when there, says how paths are answered: {"/path": mode}. Modes: a status such as "500"; "hang" (never answers),
"close" (closes without an answer), "half" (closes in the middle of one), "slow" (answers after a while), "drip" (one byte at
a time, never ending), "redirect" (to /elsewhere). Without a mode: 200.
"""

import http.server
import json
import os
import pathlib
import sys
import threading
import time

file = pathlib.Path(sys.argv[1])
modes = pathlib.Path(f"{file}.modes")
lock = threading.Lock()


def mode_of(path):
    try:
        return json.loads(modes.read_text()).get(path, "200")
    except FileNotFoundError:
        return "200"


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        mode = mode_of(self.path)
        kept = {
            "at": time.time(),
            "path": self.path,
            "mode": mode,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "body": body.decode(),
        }
        with lock, file.open("a") as lines:
            lines.write(json.dumps(kept) + "\n")
        getattr(self, f"be_{mode}", lambda: self.answer(int(mode)))()

    do_GET = do_POST

    def answer(self, status, more=()):
        self.send_response(status)
        for name, value in more:
            self.send_header(name, value)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def be_hang(self):
        time.sleep(60)
        self.close_connection = True

    def be_close(self):
        self.close_connection = True

    def be_half(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Le")
        self.close_connection = True

    def be_slow(self):
        time.sleep(0.3)
        self.answer(200)

    def be_drip(self):
        self.close_connection = True
        try:
            for byte in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 120:
                self.wfile.write(bytes([byte]))
                time.sleep(0.5)
        except OSError:
            pass

    def be_redirect(self):
        self.answer(302, [("Location", "/elsewhere")])

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_):
        pass


server = Server(("127.0.0.1", int(os.environ.get("RECEIVER_PORT", "0"))), Receiver)
print(server.server_port, flush=True)
server.serve_forever()
