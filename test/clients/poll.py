# Asks one agent three times over one requests.Session, as netbox-kea and NAV do.
# Arguments: URL, CA or "-", certificate or "-", key or "-", user or "-", password, request body.
import sys

import requests

url, ca, cert, key, user, password, body = sys.argv[1:]
with requests.Session() as session:
    # An authority named in the environment would go before the one given here.
    session.trust_env = False
    if ca != "-":
        session.verify = ca
    if cert != "-":
        session.cert = (cert, key)
    if user != "-":
        session.auth = (user, password)
    session.headers["Content-Type"] = "application/json"
    for _ in range(3):
        response = session.post(url, data=body.encode(), timeout=30)
        response.raise_for_status()
        print(response.text)
