"""`airspec mcp` before the official Python client: every tool is listed, called, and ends as it says."""

import asyncio
import sys

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

TASK = {
    "taskType": "imageInference",
    "taskUUID": "50836053-a0ee-4cf5-b9d6-ae7c5d140ada",
    "model": "openai:gpt-image@2",
    "positivePrompt": "a cat",
    "width": 1024,
    "height": 1024,
}


async def main(program: str) -> None:
    server = StdioServerParameters(command=program, args=["mcp"])
    async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
        await session.initialize()

        async def call(tool: str, arguments: dict, works: bool = True) -> str:
            result = await session.call_tool(tool, arguments)
            text = "".join(part.text for part in result.content)
            assert bool(getattr(result, "is_error", getattr(result, "isError", False))) != works, (tool, text)
            return text

        tools = {tool.name for tool in (await session.list_tools()).tools}
        called = set()
        for tool, arguments, expected in [
            ("validate_request", {"request": TASK}, '"valid":true'),
            ("validate_request", {"request": {**TASK, "width": 99999}}, '"width.maximum"'),
            ("explain_parameter", {"parameter": "width"}, "width.maximum: must be at most"),
            ("price_plan", {"case": "width.*"}, "--max-cost"),
            ("diff_specs", {"old": "openai:gpt-image@2", "new": "openai:gpt-image@2"}, "o change"),
        ]:
            text = await call(tool, arguments)
            assert expected in text, (tool, text)
            called.add(tool)
        url = await call("start_mock", {"fault": "accept:width.maximum"})
        text = await call("run_free_cases", {"target": url, "case": "width.maximum.*", "seed": 7})
        assert "does not conform" in text, text
        await call("run_free_cases", {"target": "https://example.com/v1"}, works=False)
        assert await call("stop_mock", {"url": url}) == "stopped: 1"
        called |= {"start_mock", "run_free_cases", "stop_mock"}
        assert called == tools, tools ^ called
        print(f"mcp: {len(tools)} tools called by the official client")


asyncio.run(main(sys.argv[1]))
