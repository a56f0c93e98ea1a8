"""The smallest shop: sells a mug, and hears by webhook what became of it.

    OFFSITE_URL=http://localhost:4301 OFFSITE_SECRET_KEY=… WEBHOOK_SECRET=whsec_… python3 shop.py sell
    … python3 shop.py status cs_…          what became of a session
    … python3 shop.py capture pay_… 2000   takes authorized money, all of it or a part
    … python3 shop.py refund pay_… 1000    gives money back, all of it or a part
    … python3 shop.py listen 8000          receives webhooks
"""

import http.server
import json
import os
import sys
import uuid

from offsite_checkout import OffsiteCheckout, Problem, verify_webhook

SHOP_URL = os.environ.get("SHOP_URL", "http://localhost:4300")


class Webhooks(http.server.BaseHTTPRequestHandler):
    """Answers 2xx only to what is proven; anything else is sent again later."""

    seen = set()

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            event = verify_webhook(body, headers, os.environ["WEBHOOK_SECRET"].split(" "))
        except ValueError as reason:
            self.send_error(400, str(reason))
            return
        # A real shop keeps these in its database, in the same transaction as what it does about them.
        if headers["webhook-id"] not in self.seen:
            self.seen.add(headers["webhook-id"])
            print(json.dumps(event), flush=True)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        """Says nothing: standard output is for the events."""


def main(command, *arguments):
    if command == "listen":
        server = http.server.ThreadingHTTPServer(("127.0.0.1", int(arguments[0])), Webhooks)
        print(json.dumps({"port": server.server_port}), flush=True)
        server.serve_forever()
    api = OffsiteCheckout(os.environ["OFFSITE_URL"], os.environ["OFFSITE_SECRET_KEY"])
    key = str(uuid.uuid4())
    if command == "sell":
        order = {
            "currency": "EUR",
            "items": [{"name": "Mug", "sku": "mug", "quantity": 2, "unitAmount": 1900}],
            "shipping": 500,
            "returnUrl": f"{SHOP_URL}/thanks",
            "capture": arguments[0] if arguments else "automatic",
        }
        return api.create_session(order, key)
    if command == "status":
        return api.read_session(arguments[0])
    operate = {"capture": api.capture, "refund": api.refund}[command]
    amount = int(arguments[1]) if len(arguments) > 1 else None
    return operate(arguments[0], key, amount)


if __name__ == "__main__":
    try:
        print(json.dumps(main(*sys.argv[1:])))
    except Problem as problem:
        sys.exit(str(problem))
