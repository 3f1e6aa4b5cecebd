"""New mutual-TLS connections, one after the other, each with one command: what Node is too slow a client for.

Usage: handshakes.py PORT SECONDS full|resumed CA CERTIFICATE KEY. Prints one line of JSON: how many connections got the
right answer, how many of them resumed a session, and the first mistake. Several of these run side by side.
"""
import json
import socket
import ssl
import sys
import time

port, seconds, kind, authority, certificate, key = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.load_verify_locations(authority)
context.load_cert_chain(certificate, key)
body = b'{ "command": "version-get" }'
request = (
    b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
    % (len(body), body)
)


def once(session):
    """One connection, one command. Returns the session that the next one may resume, and whether this one did."""
    plain = socket.socket()
    plain.settimeout(10)
    plain.connect(("127.0.0.1", int(port)))
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # A server that writes in small pieces would else wait 40 ms for our acknowledgement.
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
    with context.wrap_socket(plain, server_hostname="localhost", session=session) as channel:
        channel.sendall(request)
        channel.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        answer = b""
        while not answer.rstrip().endswith(b"]"):
            piece = channel.recv(65536)
            if not piece:
                break
            answer += piece
        if not answer.startswith(b"HTTP/1.1 200 ") or b'"result": 0' not in answer.replace(b'":0', b'": 0'):
            raise ValueError("wrong answer: %r" % answer[:200])
        return channel.session, channel.session_reused


count = resumed = 0
mistake = None
session = None
end = time.monotonic() + float(seconds)
while time.monotonic() < end:
    try:
        latest, reused = once(session)
    except (OSError, ValueError) as error:
        mistake = str(error)
        break
    count += 1
    resumed += reused
    if kind == "resumed":
        session = latest
print(json.dumps({"count": count, "resumed": resumed, "mistake": mistake}))
