"""What was measured, as text for people and as numbers by name."""

from collections.abc import Iterator

from tests.benchmarks.backtest import Passage
from tests.benchmarks.comparison import Comparison
from tests.benchmarks.decision import Decision
from tests.benchmarks.measurement import Measurement
from tests.benchmarks.notice import Notices
from tests.benchmarks.reload import Reload
from tests.benchmarks.restart import Restart
from tests.benchmarks.rulebook import Density
from tests.benchmarks.storm import Storm
from tests.benchmarks.streams import OPEN, Streams
from tests.fault.flood import RATE, Flood

_SHORT = {1: "1", 1_000: "1k", 100_000: "100k", 1_000_000: "1m"}


def name_numbers(measurement: Measurement) -> dict[str, float]:
    """Return each number by its name; `_x_` are multiples without a unit."""
    numbers: dict[str, float] = {}
    for each in measurement.decisions:
        size = _SHORT[each.rules] + ("_dense" if each.density is Density.DENSE else "")
        numbers[f"decide_x_decode_{size}"] = each.multiple
        numbers[f"decide_us_{size}"] = each.decide_us
        numbers[f"decide_first_day_us_{size}"] = each.first_us
        numbers[f"decode_us_{size}"] = each.decode_us
        numbers[f"transitions_per_frame_{size}"] = each.transitions / each.frames
    for count, peak in measurement.peaks.items():
        numbers[f"peak_mb_{_SHORT[count]}"] = peak
    comparison = measurement.comparison
    numbers["best_peer_x_1k"] = comparison.best_whole
    numbers["best_peer_by_series_x_1k"] = comparison.best_by_series
    numbers["peers_flowalert_us_1k"] = comparison.ours
    numbers["peers_python_eval_us_1k"] = comparison.python_eval
    for name in comparison.whole:
        numbers[f"peers_{name}_us_1k"] = comparison.whole[name]
        numbers[f"peers_{name}_by_series_us_1k"] = comparison.by_series[name]
    backtest = measurement.backtest
    numbers["backtest_x_decode"] = backtest.multiple
    numbers["backtest_us"] = backtest.backtest_us
    numbers["backtest_read_us"] = backtest.read_us
    notices = measurement.notices
    numbers["notify_first_ms"] = notices.first_ms
    numbers["notify_p50_ms"] = notices.p50_ms
    numbers["notify_p99_ms"] = notices.p99_ms
    numbers["notify_worst_ms"] = notices.worst_ms
    storm = measurement.storm
    numbers["storm_worst_s"] = max(storm.seconds)
    numbers["storm_first_mb"] = storm.resident_mb[0]
    numbers["storm_last_mb"] = storm.resident_mb[-1]
    numbers["storm_posts"] = storm.posts
    numbers["reload_s"] = measurement.reload.seconds
    numbers["reload_calm_worst_ms"] = measurement.reload.calm_worst_ms
    numbers["reload_worst_ms"] = measurement.reload.worst_ms
    restart = measurement.restart
    numbers["restart_s"] = restart.seconds
    numbers["restart_fold_s"] = restart.fold_s
    numbers["restart_entries"] = restart.entries
    flood = measurement.flood
    numbers["flood_per_s"] = flood.per_second
    numbers["flood_behind_s"] = flood.behind
    numbers["flood_before_mb"] = flood.before_mb
    numbers["flood_peak_mb"] = flood.peak_mb
    streams = measurement.streams
    numbers["streams_cost_percent"] = streams.cost * 100
    numbers["streams_without_us"] = streams.without
    numbers["streams_pages_us"] = streams.pages
    numbers["streams_open_us"] = streams.open
    numbers["streams_pieces"] = streams.pieces
    return {name: round(number, 4) for name, number in numbers.items()}


def write_report(measurement: Measurement) -> str:
    """Return the whole of it as text, with what each figure is of."""
    return "\n".join(
        (
            *_write_decisions(measurement.decisions),
            "",
            *_write_peaks(measurement.peaks),
            "",
            *_write_comparison(measurement.comparison),
            "",
            *_write_backtest(measurement.backtest),
            "",
            *_write_notices(measurement.notices),
            "",
            *_write_storm(measurement.storm),
            "",
            *_write_reload(measurement.reload),
            "",
            *_write_restart(measurement.restart),
            "",
            *_write_flood(measurement.flood),
            "",
            *_write_streams(measurement.streams),
        )
    )


def _write_decisions(decisions: tuple[Decision, ...]) -> Iterator[str]:
    yield "Frame to decision, from the raw text to the transitions, everything on. x is the multiple of msgspec's bare"
    yield "decode of the same frames in the same run. Sparse: a hundred rules are in reach of the day; dense: all are."
    yield ""
    yield "     rules                 x       µs   first day   msgspec     frames   transitions   repeats   gaps"
    for each in decisions:
        yield (
            f"{each.rules:>10,}  {each.density.value:<8}{each.multiple:>11,.2f}{each.decide_us:>9,.2f}"
            f"{each.first_us:>12,.2f}{each.decode_us:>10.2f}{each.frames:>11,}{each.transitions:>14,}"
            f"{each.repeats:>10,}{each.gaps:>7,}"
        )


def _write_peaks(peaks: dict[int, float]) -> Iterator[str]:
    yield "Peak memory of a process with the rules, the engine and what it remembers of a day, sparse"
    yield ""
    for count, peak in peaks.items():
        yield f"{count:>10,}  rules{peak:>16,.0f} MB"


def _write_backtest(backtest: Passage) -> Iterator[str]:
    yield f"Backtest of {backtest.rules:,} rules of all kinds, near misses and all. x is the multiple of reading and"
    yield f"decoding the same recording of {backtest.updates:,} updates alone; {backtest.alerts:,} alerts."
    yield ""
    yield "                 x       µs   reading   updates/s"
    yield (
        f"{backtest.multiple:>18,.2f}{backtest.backtest_us:>9,.2f}{backtest.read_us:>10.2f}{backtest.per_second:>12,.0f}"
    )


def _write_comparison(comparison: Comparison) -> Iterator[str]:
    yield f"Peers on {comparison.rules:,} rules, each one comparison about one series; all gave the same answers, true"
    yield f"{comparison.fired:,} times. flowalert decodes and orders the frame and makes an alert of each that is true;"
    yield "the peers are handed values and say which are true. By series: handed the rules of the frame's series alone."
    yield ""
    yield "                       µs a frame           x    by series           x"
    yield f"    flowalert    {comparison.ours:>16,.2f}        1.00"
    for name, whole in sorted(comparison.whole.items(), key=lambda each: each[1]):
        by_series = comparison.by_series[name]
        yield (
            f"    {name:<13}{whole:>16,.2f}{whole / comparison.ours:>12,.2f}"
            f"{by_series:>13,.2f}{by_series / comparison.ours:>12,.2f}"
        )
    eval_x = comparison.python_eval / comparison.ours
    yield f"    {'python eval':<13}{comparison.python_eval:>16,.2f}{eval_x:>12,.2f}    no peer: it runs any code"


def _write_notices(notices: Notices) -> Iterator[str]:
    yield f"Frame to Apprise call: {notices.count} frames, {notices.rate:g} a second, over sockets; the store on disk"
    yield ""
    yield (
        f"    p50 {notices.p50_ms:.2f} ms   p99 {notices.p99_ms:.2f} ms   worst {notices.worst_ms:.2f} ms   "
        f"the very first {notices.first_ms:.2f} ms"
    )


def _write_storm(storm: Storm) -> Iterator[str]:
    yield f"Storms of {storm.alerts:,} alerts in one slot for {storm.targets} targets: one hangs, one fails, one"
    yield "refuses, one asks for time: from the frame until the last of the others has all, and the memory after it"
    yield ""
    for number, (seconds, resident) in enumerate(zip(storm.seconds, storm.resident_mb, strict=True), start=1):
        yield f"    storm {number}{seconds:>12.2f} s{resident:>10,.0f} MB"
    yield f"    {storm.posts:.1f} messages a target and storm"


def _write_reload(reload: Reload) -> Iterator[str]:
    yield f"Reload of {reload.rules:,} rules, loaded in {reload.seconds:.1f} s: frame to Apprise call, the worst"
    yield ""
    yield f"    before {reload.calm_worst_ms:.1f} ms   during {reload.worst_ms:.1f} ms"


def _write_restart(restart: Restart) -> Iterator[str]:
    yield f"Restart with {restart.entries:,} entries of all sectors to fold: from the start of the process until ready"
    yield ""
    yield f"    {restart.seconds:.2f} s, of which the store and the fold {restart.fold_s:.2f} s of the processor"


def _write_flood(flood: Flood) -> Iterator[str]:
    yield f"A flood of {flood.frames:,} frames, {RATE:,} a second, each another update: through the socket, judged by"
    yield "two rules, on disk, none lost. TCP holds the exchange back while the service is behind"
    yield ""
    yield (
        f"    {flood.per_second:,.0f} frames a second taken, {flood.behind:.1f} s behind at the end   "
        f"memory {flood.before_mb:,.0f} MB before, {flood.peak_mb:,.0f} MB at most"
    )


def _write_streams(streams: Streams) -> Iterator[str]:
    yield f"Pages beside a flood of {streams.frames:,} frames as fast as they are taken, {streams.rounds} rounds in"
    yield "turns: the processor's time of the service for a frame, and frames a second by the clock on the wall"
    yield ""
    for name, spent, per_second in (
        ("no pages", streams.without, streams.without_per_s),
        ("pages, nobody looks on", streams.pages, streams.pages_per_s),
        (f"pages, {OPEN} open streams", streams.open, streams.open_per_s),
    ):
        yield f"    {name:<26}{spent:>8.1f} µs{per_second:>10,.0f} /s"
    yield f"    {streams.cost:.1%} of the throughput is what open streams cost"
    yield f"    each read {streams.pieces:.0f} pieces of news, {streams.mb:,.0f} MB in all"
