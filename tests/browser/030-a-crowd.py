# SPDX-License-Identifier: GPL-3.0-or-later
"""The release program under a crowd: 10,000 connections one after the other, 200 slow ones at once, bodies of 10 MB,
nonsense. It goes on answering, and its memory stays flat."""
import http.client
import os
import socket

from page import ROOT, flow, page

CROWD = 10000


def resident(pid):
    """KB."""
    with open("/proc/%d/status" % pid) as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmRSS:"))


def status(site, path):
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=20)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def say(site, data):
    """Sends DATA and reads whatever comes; a reset is an answer too."""
    with socket.create_connection(("127.0.0.1", site.port), 20) as s:
        try:
            s.sendall(data)
            s.shutdown(socket.SHUT_WR)
            return s.recv(65536)
        except OSError:
            return b""


with flow("a crowd", servers=False, program=os.path.join(ROOT, "build", "chamado")) as t, \
        page(t, requests=100000, connections=100, timeout="5s") as site:
    path = site.link()
    good = sum(status(site, path) == 200 for _ in range(1000))
    begin = resident(site.pid)
    good += sum(status(site, path) == 200 for _ in range(CROWD - 1000))
    end = resident(site.pid)
    t.note("%d connections: %d KB resident after the first 1000, %d KB after all" % (CROWD, begin, end))
    t.equal(good, CROWD, "%d connections one after the other are answered" % CROWD)
    t.ok(end < begin + 1024, "memory is flat", "%d KB, then %d KB" % (begin, end))

    slow = [socket.create_connection(("127.0.0.1", site.port), 20) for _ in range(200)]
    for n, s in enumerate(slow):
        s.sendall(b"GET / HT" if n % 2 else b"POST " + path.encode() + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nto")
    t.equal([status(site, path) for _ in range(20)], [200] * 20, "200 slow ones at once keep nobody from being answered")
    ends = []
    for s in slow:
        s.settimeout(20)
        try:
            ends.append(s.recv(1))
        except ConnectionError:
            ends.append(b"")
        s.close()
    t.equal(ends, [b""] * 200, "they are all cut off")

    body = b"name=" + b"x" * (10 << 20)
    for _ in range(10):
        say(site, b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (path.encode(), len(body), body))
        say(site, b"POST %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n"
            % (path.encode(), len(body), body))
        say(site, os.urandom(100000))
        say(site, b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 100000)
        say(site, b"GET /" + b"x" * 100000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    t.equal(status(site, path), 200, "bodies of 10 MB and nonsense: it goes on answering")
    last = resident(site.pid)
    t.note("%d KB resident at the end" % last)
    t.ok(last < begin + 8192, "and memory is flat", "%d KB, then %d KB" % (begin, last))
    t.equal(site.question()["answer"], None, "none of this confirmed anything")
    t.ok("0000000000000000000000" not in site.log(), "no token is in the log")
