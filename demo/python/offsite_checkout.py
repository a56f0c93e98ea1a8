"""A shop's side of Offsite Checkout, with Python's standard library alone.

Made from the API's page (`GET /api`): sessions are created and read, payments captured and refunded with the secret key,
and webhooks are believed only when their signature says that they are the server's (Standard Webhooks 1.0).
"""

import base64
import hashlib
import hmac
import json
import time
import urllib.error
import urllib.parse
import urllib.request


class Problem(Exception):
    """An error answer (RFC 9457); `code` is stable, the text is for people."""

    def __init__(self, problem):
        super().__init__(f"{problem['code']}: {problem['detail']}")
        self.code = problem["code"]
        self.status = problem["status"]
        self.errors = problem.get("errors", [])


class OffsiteCheckout:
    """The server, as the merchant's back end calls it. The secret key never leaves that."""

    def __init__(self, url, secret_key):
        self._url = url.rstrip("/")
        self._secret_key = secret_key

    def create_session(self, order, key):
        """Creates a session; the same `key` never makes a second one."""
        return self._call("POST", "/v1/checkout-sessions", order, key)

    def read_session(self, session_id):
        """Reads a session: deliver when its `status` is `complete`."""
        return self._call("GET", f"/v1/checkout-sessions/{urllib.parse.quote(session_id, safe='')}")

    def capture(self, payment_id, key, amount=None):
        """Takes authorized money: all of it, or `amount` in minor units."""
        return self._operate(payment_id, "capture", key, amount)

    def refund(self, payment_id, key, amount=None):
        """Gives money back: the whole balance, or `amount` in minor units."""
        return self._operate(payment_id, "refund", key, amount)

    def _operate(self, payment_id, operation, key, amount):
        path = f"/v1/payments/{urllib.parse.quote(payment_id, safe='')}/{operation}"
        return self._call("POST", path, {} if amount is None else {"amount": amount}, key)

    def _call(self, method, path, body=None, key=None):
        headers = {"Authorization": f"Bearer {self._secret_key}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if key is not None:
            headers["Idempotency-Key"] = key
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._url + path, data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.headers.get_content_type() != "application/problem+json":
                raise
            raise Problem(json.load(error)) from None


TOLERANCE_SECONDS = 300


def verify_webhook(body, headers, secrets, now=None):
    """Reads a webhook that is proven to be the server's, or raises ValueError.

    `body` are the bytes as they came, `headers` has lower-case names, `secrets` are all that are in use: two while one
    takes the place of the other. The same `webhook-id` may come again: do what it tells once.
    """
    try:
        name, sent_at = headers["webhook-id"], headers["webhook-timestamp"]
        signatures = headers["webhook-signature"].split(" ")
    except KeyError as missing:
        raise ValueError(f"{missing} is missing") from None
    if not sent_at.isdecimal() or abs((time.time() if now is None else now) - int(sent_at)) > TOLERANCE_SECONDS:
        raise ValueError("the webhook is too old, or from the future")
    signed = f"{name}.{sent_at}.".encode() + body
    for secret in secrets:
        is_encoded = secret.startswith("whsec_")
        key = base64.b64decode(secret.removeprefix("whsec_")) if is_encoded else secret.encode()
        expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        # In constant time, so that nobody can find the signature byte by byte.
        if any(hmac.compare_digest(expected.encode(), given.encode()) for given in signatures):
            return json.loads(body)
    raise ValueError("no signature is the server's")
