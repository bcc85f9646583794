"""A store of objects on loopback: other people's server of S3, in a process of its own."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import NamedTuple

import boto3
import requests
from botocore.client import BaseClient

SERVE = """
import sys
from moto.server import ThreadedMotoServer

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
"""
"""Ends with whoever started it."""
OF_OUR_OWN = {
    "AWS_ACCESS_KEY_ID": "test-key",
    "AWS_SECRET_ACCESS_KEY": "test-secret-that-nobody-may-see",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_MAX_ATTEMPTS": "1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
}
"""What libraries of S3 look for, so that they find nothing of whoever runs the tests."""


@contextmanager
def s3_served() -> Iterator[str]:
    """Start a server, and yield its address; its buckets are gone with it."""
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", SERVE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.kill()


def client_of(address: str) -> BaseClient:
    """Return another program's client, as another machine may have it."""
    return boto3.client("s3", endpoint_url=address)


def objects_in(address: str, bucket: str) -> dict[str, bytes]:
    """Return what lies in a bucket, by key, as other people's program sees it."""
    client = client_of(address)
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
    return {key: client.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}


def keep_versions(address: str, bucket: str, status: str) -> None:
    """Let a bucket keep old versions: ``Enabled`` or ``Suspended``."""
    requests.put(
        f"{address}/{bucket}?versioning",
        f'<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        f"<Status>{status}</Status></VersioningConfiguration>",
        timeout=60,
    ).raise_for_status()


class Refusal(NamedTuple):
    """What a store says instead of doing what it was asked."""

    status: int
    code: str
    text: str = "<Error><Code>{code}</Code><Message>no</Message></Error>"


class Between(ThreadingHTTPServer):
    """Stands between a program and the server, hands on what is asked, and may refuse it.

    Parameters
    ----------
    address : str
        The server's.
    refuse : callable
        Takes the method and the path with its question; None lets it through.
    """

    daemon_threads = True

    def __init__(self, address: str, refuse: Callable[[str, str], Refusal | None]) -> None:
        super().__init__(("127.0.0.1", 0), _HandOn)
        self.behind = address
        self.refuse = refuse

    @property
    def address(self) -> str:
        """Its own."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _HandOn(BaseHTTPRequestHandler):
    """Hand one request on."""

    protocol_version = "HTTP/1.1"
    server: Between

    def _hand_on(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        refusal = self.server.refuse(self.command, self.path)
        if refusal is not None:
            told = refusal.text.format(code=refusal.code).encode()
            self._answer(refusal.status, {"Content-Type": "application/xml"}, told)
            return
        answer = requests.request(
            self.command,
            self.server.behind + self.path,
            headers=dict(self.headers.items()),
            data=content,
            timeout=60,
        )
        passed = {
            name: value
            for name, value in answer.headers.items()
            if name.lower() not in {"connection", "content-length", "transfer-encoding", "server"}
        }
        length = int(answer.headers.get("Content-Length") or 0) if self.command == "HEAD" else None
        self._answer(answer.status_code, passed, answer.content, length)

    def _answer(
        self, status: int, headers: dict[str, str], content: bytes, length: int | None = None
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _hand_on  # noqa: N815 - the library's names

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@contextmanager
def stood_between(address: str, refuse: Callable[[str, str], Refusal | None]) -> Iterator[Between]:
    """Stand between while the block runs."""
    with Between(address, refuse) as between:
        thread = Thread(target=between.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield between
        finally:
            between.shutdown()
            thread.join()
