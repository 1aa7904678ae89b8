# Python 3.8 or later, no packages.
import base64
import hashlib
import hmac
import time


def verifies(secret: str, headers: dict, body: bytes) -> bool:
    """body: the bytes as they came (Flask: request.get_data(), Django: request.body)"""
    key = base64.b64decode(secret.replace("whsec_", "", 1))
    signed_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > 300:
        return False
    text = f"{signed_id}.{timestamp}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    # A list: two sign while a secret is replaced, and one that is right is enough.
    given = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(each.encode(), expected.encode()) for each in given)
