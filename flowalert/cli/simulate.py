"""`flowalert simulate`: an exchange of one's own, to try flowalert against."""

from __future__ import annotations

import contextlib
import signal
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import datetime as dt
    import ssl
    from collections.abc import Sequence

    from flowalert.simulator.fault import FaultKind
    from flowalert.simulator.scenario import Scenario
    from flowalert.simulator.server import Simulator
    from flowalert.simulator.setting import SimulatorSettings


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=9443, show_default=True, help="Of the websocket.")
@click.option(
    "--token-port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="Of the token endpoint."
)
@click.option(
    "--speed",
    type=click.FloatRange(0, min_open=True),
    default=60.0,
    show_default=True,
    help="Seconds of the exchange in a second; at 60 a slot takes half a second.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed, the same market.")
@click.option("--start", metavar="HH:MM", help="Where the first day begins.  [default: a minute before the open]")
@click.option("--date", type=click.DateTime(["%Y-%m-%d"]), help="The first day.  [default: today in Seoul]")
@click.option(
    "--scenario",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A YAML file of flows and faults; examples/scenario.yaml is one.",
)
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="KIND=CHANCE",
    help="drop, repeat, reorder or garble for each frame; stall, close, reset, black_hole or expire for each slot "
    "of a connection. May be given several times.",
)
@click.option("--tls", is_flag=True, help="Speak TLS, with a certificate made for this run.")
@click.option("--appkey", help="The only key that gets a token.  [default: any]")
@click.option("--appsecret", help="The only secret that gets a token.  [default: any]")
@click.option(
    "--record",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Serve nobody, but write a recording of simulated sessions, as fast as it goes.",
)
@click.option(
    "--days", type=click.IntRange(1, 1000), help="Of the recording: trading days from --date on.  [default: 1]"
)
@click.option("--sectors", help="Of the recording: kospi,선물,301 or all, the segments.  [default: all]")
@click.option("--force", is_flag=True, help="Replace a recording that is there.")
def simulate(  # noqa: PLR0913 - one parameter for each option
    *,
    host: str,
    port: int,
    token_port: int,
    speed: float,
    seed: int,
    start: str | None,
    date: dt.datetime | None,
    scenario: Path | None,
    faults: Sequence[str],
    tls: bool,
    appkey: str | None,
    appsecret: str | None,
    record: Path | None,
    days: int | None,
    sectors: str | None,
    force: bool,
) -> None:
    """Run a simulated exchange: a token endpoint and a websocket like the vendor's, with a market behind them.

    It runs until Ctrl-C. Every trading day is another one, and the nights are left out.
    """
    import trio

    if record is not None:
        _record(record, seed, date, days, sectors, scenario, faults, force=force)
        return
    if days is not None or sectors is not None or force:
        raise click.UsageError("--days, --sectors and --force are of a recording; name its file with --record FILE")

    from flowalert.simulator.setting import SimulatorSettings
    from flowalert.simulator.token import TokenPolicy

    settings = SimulatorSettings(
        host=host,
        port=port,
        token_port=token_port,
        speed=speed,
        seed=seed,
        start=_read_start(start),
        date=date.date() if date else None,
        scenario=_read_scenario(scenario),
        chances=_read_chances(faults),
        tokens=TokenPolicy(appkey=appkey, appsecret=appsecret),
    )
    with contextlib.ExitStack() as stack:
        ca_file, context = None, None
        if tls:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="flowalert-simulator-")))
            ca_file, context = _make_certificate(folder, host)
        try:
            trio.run(partial(_run, settings, ca_file, context))
        except OSError as error:
            raise click.ClickException(
                f"cannot listen on {host}, ports {port} and {token_port}: {error.strerror or error}; "
                "give others with --port and --token-port (0 takes a free one)"
            ) from None


def _record(
    path: Path,
    seed: int,
    date: dt.datetime | None,
    days: int | None,
    sectors: str | None,
    scenario: Path | None,
    faults: Sequence[str],
    *,
    force: bool,
) -> None:
    import datetime as dt

    from flowalert.cli.choice import read_sectors
    from flowalert.cli.rehearse import record_rehearsal
    from flowalert.market.instant import KST
    from flowalert.rehearsal import Rehearsal

    chances = _read_chances(faults)
    for kind in chances:
        if not kind.befalls_frames:
            raise click.BadParameter(
                f"{kind.value} befalls connections, and a recording has none; give drop, repeat, reorder or garble",
                param_hint="--fault",
            )
    script = _read_scenario(scenario)
    if script.faults:
        click.echo(f"{scenario}: its {len(script.faults)} faults befall connections and are left out", err=True)
    rehearsal = Rehearsal(
        sectors=read_sectors(sectors or "all"),
        begins=(date or dt.datetime.now(KST)).date(),
        days=days or 1,
        seed=seed,
        flows=script.flows,
        chances=chances,
    )
    record_rehearsal(rehearsal, path, replace=force)


async def _run(settings: SimulatorSettings, ca_file: Path | None, context: ssl.SSLContext | None) -> None:
    import trio

    from flowalert.simulator.server import open_simulator

    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with open_simulator(settings, ssl_context=context) as simulator:
            _show(simulator, settings, ca_file)
            async for _ in signals:
                break
    count = simulator.count
    click.echo(f"{count.slots:,} slots, {count.connects:,} connections, {count.frames:,} frames sent.")


def _show(simulator: Simulator, settings: SimulatorSettings, ca_file: Path | None) -> None:
    keys = settings.tokens
    lines = ["feed:", f"  domain: {simulator.ws_url}", f"  token_url: {simulator.token_url}"]
    if ca_file:
        lines.append(f"  ca_file: {ca_file}")
    lines.append(f"  appkey: {keys.appkey or 'any'}")
    # A secret that was given is not said again: terminals are recorded and logs are kept.
    lines.append(f"  appsecret: {'the one that you gave' if keys.appsecret else 'any'}")
    click.echo("The simulated exchange is open. In flowalert.yaml:\n")
    click.echo("\n".join(f"    {line}" for line in lines))
    click.echo(f"\nA slot takes {30 / settings.speed:.3g} s. Ctrl-C ends it.")


def _read_start(text: str | None) -> int | None:
    from flowalert.simulator.scenario import parse_time

    if text is None:
        return None
    try:
        return parse_time(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--start") from None


def _read_scenario(path: Path | None) -> Scenario:
    from flowalert.simulator.scenario import Scenario, read_scenario

    if path is None:
        return Scenario()
    try:
        scenario = read_scenario(path.read_text(encoding="utf-8-sig"), str(path))
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{path}: byte {error.start:,} is no UTF-8; save the file as UTF-8") from None
    if isinstance(scenario, Scenario):
        return scenario
    raise click.ClickException("\n".join(map(str, scenario)))


def _read_chances(faults: Sequence[str]) -> dict[FaultKind, float]:
    from flowalert.simulator.fault import parse_chance

    try:
        return dict(map(parse_chance, faults))
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--fault") from None


def _make_certificate(folder: Path, host: str) -> tuple[Path, ssl.SSLContext]:
    from flowalert.simulator.certificate import CertificateError, make_certificate

    try:
        certificate = make_certificate(folder, host)
    except CertificateError as error:
        raise click.ClickException(str(error)) from None
    return certificate.certificate, certificate.load()
