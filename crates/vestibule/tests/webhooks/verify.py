"""Checks the signatures of kept requests with the published library for Python: verify.py FILE PATH SECRET"""

import json
import sys

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

file, path, secret = sys.argv[1:]
checked = 0
for line in open(file):
    kept = json.loads(line)
    if kept["path"] != path:
        continue
    Webhook(secret).verify(kept["body"], kept["headers"])
    try:
        Webhook(secret).verify(kept["body"] + " ", kept["headers"])
    except WebhookVerificationError:
        checked += 1
print(checked)
