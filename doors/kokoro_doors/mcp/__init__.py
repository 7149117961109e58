# process: a command of kokoroctl.
"""kokoroctl mcp: a server of the Model Context Protocol on standard input and output.

tools.py    what an agent may do at the speaker
reading.py  how text is read, for agents that write it
"""

from __future__ import annotations

import argparse
from typing import Any, Final

from kokoro_client.cli import exits

HELP = """\
Let an agent speak: a server of the Model Context Protocol on standard input and output.

An agent starts it; its tools are speak, stop, pause, resume, status and voices. When the
agent goes, its speech ends."""

EPILOG: Final = f"""\
examples:
  kokoroctl mcp                    # the command of a server; docs/agents.md has the lines
  kokoroctl mcp --voice af_heart
  kokoroctl mcp --keep             # what is being spoken is heard although the agent has gone

{exits.HELP}"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-v", "--voice", default="", help="when the agent names none")
    parser.add_argument("--as", dest="program", default="mcp", metavar="NAME",
                        help="the program that `kokoroctl queue` shows; default: mcp")  # fmt: skip
    parser.add_argument(
        "--keep", action="store_true", help="say to the end what is being said when the agent goes"
    )


def run(args: argparse.Namespace, context: Any) -> int:
    try:
        from mcp.server import MCPServer
        from mcp.server.mcpserver.exceptions import ToolError
    except ImportError:
        raise exits.CommandError(
            "the package mcp is not installed, or older than 2.0; pip install 'kokoro-doors[mcp]'"
        ) from None
    from kokoro_client import Client
    from kokoro_client.version import __version__

    from .reading import add_reading
    from .tools import Tools

    server = MCPServer(
        "kokoro",
        version=__version__,
        log_level="ERROR",
        instructions="Speaks to the user out loud. Use `speak` for what the user should hear: "
        "short sentences, no code. Others may be speaking; the daemon decides who is heard when.",
    )
    with Client(name=args.program, environ=context.environ) as client:
        tools = Tools(client, args.voice)
        for tool in tools.all(ToolError):
            server.add_tool(tool)
        add_reading(server)
        server.run("stdio")
        if args.keep:
            tools.wait()
    return exits.OK
