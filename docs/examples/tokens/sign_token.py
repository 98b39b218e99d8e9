"""Signs Tessera's short tokens with nothing but Python's standard library. Runs on your server, never in a page.

    TESSERA_KEY_ID=key_... TESSERA_SIGNING_SECRET=cs_... python3 sign_token.py customer CUSTOMER_ID
    TESSERA_KEY_ID=key_... TESSERA_SIGNING_SECRET=as_... python3 sign_token.py agent AGENT_ID "customers:read customers:pii"
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time

LIFETIME_SECONDS = {"customer": 10 * 60, "agent": 60 * 60}


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sign_token(kind: str, subject: str, scope: str, key_id: str, secret: str) -> str:
    """
    kind: "customer" for a shopper's page, "agent" for a CRM page
    subject: the customer's id as the shop knows it, from your session and never from the request; or the agent's
    scope: what an agent may see, parted by blanks; as much as the signing key grants
    """
    now = int(time.time())
    header = {"alg": "HS256", "typ": f"{kind}+jwt", "kid": key_id}
    claims = {"aud": "tessera", "sub": subject, "iat": now, "exp": now + LIFETIME_SECONDS[kind]}
    if scope:
        claims["scope"] = scope
    signed = f"{_encode(json.dumps(header).encode())}.{_encode(json.dumps(claims).encode())}"
    signature = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{_encode(signature)}"


if __name__ == "__main__":
    kind, subject, scope = (sys.argv[1:] + [""])[:3]
    print(sign_token(kind, subject, scope, os.environ["TESSERA_KEY_ID"], os.environ["TESSERA_SIGNING_SECRET"]))
