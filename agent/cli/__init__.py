"""The command line. What a command needs is imported when it runs, so that `alliance --help` is there at once."""

import typer

from agent.cli import (
    backup,
    boxes,
    connect,
    dkim,
    doctor,
    evidence,
    explain,
    flows,
    look,
    move,
    preview,
    receive,
    rehearse,
    run,
)

app = typer.Typer(
    name="alliance",
    help="Two people design a working agreement by answering emails.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(connect.connect)
app.command()(run.serve)
app.command()(dkim.dkim)
app.command()(doctor.doctor)
app.command()(receive.receive)
app.command()(rehearse.rehearse)
app.command()(run.start)
app.command("list")(look.list_)
app.command()(look.show)
app.command()(look.export)
app.command()(evidence.evidence)
app.command()(evidence.verify)
app.command()(look.stats)
app.command()(look.status)
app.command()(backup.backup)
app.command()(backup.restore)
app.command()(preview.preview)
app.command()(explain.explain)
app.command()(move.move)
app.command()(run.drop_keys)
app.add_typer(boxes.inbox, name="inbox")
app.add_typer(boxes.outbox, name="outbox")
app.add_typer(flows.app, name="flow")


def main() -> None:
    """Run one command."""
    app()
