"""The commands, each imported when it is called: `flowalert --help` answers at once."""

import importlib

import click

from flowalert import __version__

# What people want, and for it each command's module and what it is for; the module has a click command of that name.
_GROUPS = {
    "To begin": {
        "demo": "See it at work on a simulated market, in this terminal.",
        "run": "Run the service.",
        "reload": "Have the running service read its settings and rules again.",
        "status": "See whether the service runs, and how it goes.",
        "top": "Watch it in this terminal: who buys, what fires, how the feed stands.",
        "doctor": "Check all that the service needs, and say what to do.",
        "backup": "Copy the store, beside the service that writes it.",
    },
    "To write rules": {
        "check": "Check rule files or settings, and say where each mistake is.",
        "explain": "Say in words what a rule does.",
        "test": "Run the unit tests of rules.",
        "schema": "Print the JSON Schema of rule files, for editors.",
    },
    "To look back": {
        "backtest": "See what rules would have fired in recordings.",
        "diff": "See what a change of rules would have changed.",
        "why": "Say why a rule fired, or did not.",
    },
    "To be told, or not": {
        "channels": "See who is told of what, and try whether they can be.",
        "deliveries": "See what became of every notice, and send one again.",
        "ack": "See which alerts are open, and say that you have taken one on.",
        "silence": "Tell nobody of some alerts, for a time.",
        "silences": "See which alerts nobody is told of, until when and why.",
        "unsilence": "End a silence early.",
        "audit": "See what people did: silences, acknowledgements, retries.",
    },
    "The pages": {
        "password": "Make the hash of a password, for who may log in.",
        "web-token": "Make a token, for a program that may ask.",
    },
    "The exchange": {
        "record": "Record what the exchange sends.",
        "convert": "Turn recordings into CSV, Parquet or recordings.",
        "simulate": "Run a simulated exchange to try flowalert against.",
        "token": "Look after the exchange's access token.",
    },
}
_COMMANDS = {name: purpose for group in _GROUPS.values() for name, purpose in group.items()}


class _Commands(click.Group):
    """A group whose commands are loaded when they are named."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in _COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        command: click.Command = getattr(importlib.import_module(f"flowalert.cli.{name}"), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in _COMMANDS:
            from flowalert.market.name import suggest

            near = suggest(args[0], _COMMANDS)
            ctx.fail(f"no such command {args[0]!r}; {f'did you mean {near}?' if near else 'see flowalert --help'}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        width = max(map(len, _COMMANDS))
        for title, commands in _GROUPS.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(width), purpose) for name, purpose in commands.items()])


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="flowalert")
def main() -> None:
    """Watch who is buying and who is selling in the Korean market, and be told."""
