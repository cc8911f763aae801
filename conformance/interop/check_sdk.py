"""Exercises the official Python SDK, unchanged but for its addresses, against a mock that is already running.

    python check_sdk.py --url http://127.0.0.1:8080/v1 --key KEY

The mock must accept that key and no other, and finish deferred tasks within a second or two. Prints one line per
check; exits with 1 if one fails. Client-side validation stays off and every task names its taskType, or the SDK would
ask the provider's own servers.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import sys
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from runware import Runware, RunOptions, RunwareError

Check = Callable[["Target", str], Awaitable[None]]

MODEL = "openai:gpt-image@2"
JPEG, PNG = b"\xff\xd8\xff", b"\x89PNG"


class Target:
    """Where the mock is, and clients for it."""

    def __init__(self, url: str, key: str) -> None:
        self.url = url
        self.socket_url = url.replace("http", "ws", 1)
        self.key = key

    def client(self, transport: str, key: str | None = None, socket_url: str | None = None) -> Runware:
        return Runware(
            api_key=key or self.key,
            transport=transport,
            http_base_url=self.url,
            ws_base_url=socket_url or self.socket_url,
            validate=False,
            timeout=30_000,
            poll_timeout=30_000,
            max_retries=2,
            retry_delay=10,
            max_reconnect_attempts=3,
        )


def task(**changes: Any) -> dict[str, Any]:
    wanted = {
        "taskType": "imageInference",
        "model": MODEL,
        "positivePrompt": "a lighthouse on a cliff",
        "width": 64,
        "height": 48,
    }
    return {**wanted, **changes}


async def refused(call: Awaitable[Any]) -> RunwareError:
    try:
        answer = await call
    except RunwareError as error:
        return error
    raise AssertionError(f"not refused: {answer!r}")


def expect(condition: bool, message: object) -> None:
    if not condition:
        raise AssertionError(message)


async def one_result(target: Target, transport: str) -> None:
    for delivery in ("sync", "async"):
        wanted = str(uuid.uuid4())
        async with target.client(transport) as client:
            results = await client.run(task(taskUUID=wanted, deliveryMethod=delivery, includeCost=True))
        expect(len(results) == 1, results)
        result = results[0]
        expect(result["taskUUID"] == wanted and result["cost"] > 0, result)
        async with aiohttp.ClientSession() as session, session.get(result["imageURL"]) as file:
            expect(file.status == 200 and (await file.read()).startswith(JPEG), file)


async def several_results(target: Target, transport: str) -> None:
    for delivery in ("sync", "async"):
        seen: list[dict[str, Any]] = []
        async with target.client(transport) as client:
            results = await client.run(
                task(numberResults=3, deliveryMethod=delivery), RunOptions(on_result=seen.append)
            )
        expect(len(results) == 3 and len(seen) == 3, (delivery, results))
        expect(len({result["imageUUID"] for result in results}) == 3, results)
        expect(len({result["seed"] for result in results}) == 3, results)


async def default_delivery(target: Target, transport: str) -> None:
    async with target.client(transport) as client:
        results = await client.run(task(outputType="base64Data", outputFormat="PNG"))
        expect(base64.b64decode(results[0]["imageBase64Data"]).startswith(PNG), "not a PNG file")


async def many_at_once(target: Target, transport: str) -> None:
    async with target.client(transport) as client:
        runs = [client.run(task(deliveryMethod="sync", numberResults=2)) for _ in range(20)]
        results = [result for run in await asyncio.gather(*runs) for result in run]
    expect(len({result["imageUUID"] for result in results}) == 40, "results got mixed up")


async def refused_request(target: Target, transport: str) -> None:
    for delivery in ("sync", "async"):
        async with target.client(transport) as client:
            error = await refused(client.run(task(width=17, deliveryMethod=delivery)))
            expect((error.code, error.parameter) == ("validation", "width"), repr(error))
            expect(error.task_uuid is not None, repr(error))
            error = await refused(client.run(task(hieght=1, deliveryMethod=delivery)))
            expect((error.code, error.parameter) == ("validation", "hieght"), repr(error))
            results = await client.run(task(deliveryMethod="sync"))
            expect(len(results) == 1, "the client is still good")


async def taken_identifier(target: Target, transport: str) -> None:
    wanted = str(uuid.uuid4())
    async with target.client(transport) as client:
        await client.run(task(taskUUID=wanted, deliveryMethod="async"))
        error = await refused(client.run(task(taskUUID=wanted, deliveryMethod="async")))
        expect((error.code, error.parameter) == ("validation", "taskUUID"), repr(error))


async def wrong_key(target: Target, transport: str) -> None:
    async def attempt() -> Any:
        async with target.client(transport, key="not the key") as client:
            return await client.run(task(deliveryMethod="sync"))

    error = await refused(attempt())
    expect(error.code == "auth" and "not the key" not in str(error), repr(error))


class Relay:
    """A relay between the SDK and the mock that breaks the first connection, once the client has heard some words.

    It adds the header by which the mock sends the results of a task some time apart, so that there are results that
    are not yet sent when the connection breaks.
    """

    def __init__(self, target: Target, words: bytes) -> None:
        self.target = target
        self.words = words
        self.heard: list[bytes] = []

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        server = await asyncio.start_server(self.relay, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        try:
            yield f"ws://127.0.0.1:{port}/v1"
        finally:
            server.close()

    async def relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        breaks = not self.heard
        self.heard.append(b"")
        place = len(self.heard) - 1
        mock = urlsplit(self.target.url)
        to_mock, from_mock = None, None
        try:
            from_mock, to_mock = await asyncio.open_connection(mock.hostname, mock.port)
            head = await reader.readuntil(b"\r\n\r\n")
            to_mock.write(head[:-2] + b"x-mock-network: apart=400ms\r\n\r\n")
            upstream = asyncio.create_task(self.pump(reader, to_mock))
            while piece := await from_mock.read(65536):
                self.heard[place] += piece
                writer.write(piece)
                await writer.drain()
                if breaks and self.words in self.heard[place]:
                    break
            upstream.cancel()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            for end in (writer, to_mock):
                if end is not None:
                    end.close()

    @staticmethod
    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while piece := await reader.read(65536):
                writer.write(piece)
                await writer.drain()


async def session_taken_up_again(target: Target, transport: str) -> None:
    # The connection breaks when the first of three results has come; the mock sends the others to the same session.
    relay = Relay(target, b"imageURL")
    async with relay.listening() as url, target.client(transport, socket_url=url) as client:
        results = await client.run(task(numberResults=3, deliveryMethod="sync"))
        expect(len({result["imageUUID"] for result in results}) == 3, results)
    expect(len(relay.heard) == 2, f"{len(relay.heard)} connections")
    replayed = relay.heard[1].count(b"imageURL")
    expect(replayed == 2, f"{replayed} results after reconnecting")

    # It breaks when a deferred task is acknowledged; polling goes on in the same session.
    relay = Relay(target, b"imageInference")
    async with relay.listening() as url, target.client(transport, socket_url=url) as client:
        results = await client.run(task(numberResults=2, deliveryMethod="async"))
        expect(len(results) == 2, results)
    expect(len(relay.heard) == 2, f"{len(relay.heard)} connections")


CHECKS: list[Check] = [
    one_result,
    several_results,
    default_delivery,
    many_at_once,
    refused_request,
    taken_identifier,
    wrong_key,
]
SOCKET_CHECKS: list[Check] = [session_taken_up_again]


async def run(target: Target) -> int:
    checks = [(transport, check) for transport in ("rest", "websocket") for check in CHECKS]
    checks += [("websocket", check) for check in SOCKET_CHECKS]
    failed = 0
    for transport, check in checks:
        name = f"{transport} {check.__name__.replace('_', ' ')}"
        started = time.monotonic()
        try:
            await asyncio.wait_for(check(target, transport), timeout=60)
            print(f"ok      {name} ({time.monotonic() - started:.1f} s)", flush=True)
        except Exception as error:  # every failure is told, whatever it is
            failed += 1
            print(f"FAILED  {name}: {type(error).__name__}: {error}", flush=True)
    print(f"{len(checks) - failed} passed, {failed} failed")
    return 1 if failed else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True, help="the full endpoint, such as http://127.0.0.1:8080/v1")
    parser.add_argument("--key", required=True, help="the one key that the mock accepts")
    arguments = parser.parse_args()
    return asyncio.run(run(Target(arguments.url, arguments.key)))


if __name__ == "__main__":
    sys.exit(main())
