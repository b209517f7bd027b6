"""What the service counts and measures, as Prometheus reads it."""

import itertools
import os
import platform
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import trio
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from flowalert import __version__
from flowalert.engine.notice import DeliveryState
from flowalert.engine.transition import Kind
from flowalert.feed.frame import Flaw
from flowalert.market.entry import FeedBack, FeedHeard, FeedLost, FeedSilent, SessionClosed, SlotClosed, Update
from flowalert.operation.attendant import STUCK_AFTER
from flowalert.operation.pulse import Part
from flowalert.operation.status import FeedStatus, Outlook
from flowalert.rules.severity import Severity
from flowalert.store import Backlog
from flowalert.web.live.meter import BOUNDS
from flowalert.web.site import Site

_ENTRIES = {
    Update: "update",
    SlotClosed: "slot_closed",
    FeedLost: "feed_lost",
    FeedBack: "feed_back",
    FeedSilent: "feed_silent",
    FeedHeard: "feed_heard",
    SessionClosed: "session_closed",
}
_FLAWS = {flaw: flaw.name.lower() for flaw in Flaw}
_WAITING = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.RETRYING)
_SETTLED = (DeliveryState.SENT, DeliveryState.DEAD, DeliveryState.SUPPRESSED)


async def measure(site: Site) -> bytes:
    """Return all metrics as text, with what is so now; the engine and the store are asked once each."""
    outlook = await site.look()
    backlog = await site.clerk.backlog(site.now())
    size = await trio.to_thread.run_sync(_measure_store, site.workshop.store)
    collected = _Collected(site, outlook, backlog, size)
    # One of its own for each answer: nothing is kept between two, and nothing else in the process is told.
    registry = CollectorRegistry()
    registry.register(collected)
    ProcessCollector(registry=registry)
    return generate_latest(registry)


def _measure_store(path: Path) -> int:
    sizes = 0
    for end in ("", "-wal"):
        try:
            sizes += os.stat(f"{path}{end}").st_size  # noqa: PTH116 - a name made of two
        except FileNotFoundError:
            continue
    return sizes


# A registry tells its collectors apart by what they are, not by what they hold.
@dataclass(frozen=True, slots=True, eq=False)
class _Collected(Collector):
    """What is so at one moment."""

    site: Site
    outlook: Outlook
    backlog: Backlog
    store_bytes: int

    def collect(self) -> Iterator[Metric]:
        yield _labelled(
            GaugeMetricFamily("flowalert_build_info", "What runs; always 1.", labels=("version", "python")),
            {(__version__, platform.python_version()): 1},
        )
        yield from self._collect_engine()
        yield from _collect_feed(self.outlook.feed)
        yield from self._collect_counts()
        yield from self._collect_delivery()
        yield _gauge("streams_open", "Pages that follow what happens.", self.site.news.followers)
        yield _gauge("store_size_bytes", "The store's file and its write-ahead log.", self.store_bytes)

    def _collect_engine(self) -> Iterator[Metric]:
        outlook, meter = self.outlook, self.site.meter
        yield _gauge("rules", "Rules that are loaded.", outlook.rules)
        yield _gauge("channels", "Channels that are told.", outlook.channels)
        stuck = self.site.service.pulse.find_stuck(STUCK_AFTER)
        yield _labelled(
            GaugeMetricFamily("flowalert_part_stuck", "Whether a part does not go round any more.", labels=("part",)),
            {(part.value,): part in stuck for part in Part},
        )
        severities = Counter(watch.severity for watch in self.site.engine.list_open() if watch.is_firing)
        yield _labelled(
            GaugeMetricFamily("flowalert_alerts_open", "Alerts that fire.", labels=("severity",)),
            {(each.slug,): severities[each] for each in Severity},
        )
        yield _labelled(
            CounterMetricFamily(
                "flowalert_transitions", "What became of alerts, and whether it was told.", labels=("kind", "told")
            ),
            {
                (kind.value, "yes" if told else "no"): meter.transitions[kind.value, told]
                for kind, told in itertools.product(Kind, (True, False))
            },
        )
        yield _labelled(
            CounterMetricFamily("flowalert_entries", "Entries that the engine took.", labels=("kind",)),
            {(name,): meter.entries[kind.__name__] for kind, name in _ENTRIES.items()},
        )
        yield _counter("gaps", "How often updates of a series were missed.", meter.gaps)
        yield _gauge("series_with_gaps", "Series of which this session lacks updates.", len(outlook.gaps))
        yield _gauge("journal_entries", "Entries in the store's journal.", self.backlog.entries)

    def _collect_counts(self) -> Iterator[Metric]:
        count = self.site.service.feed.count
        yield _counter("feed_frames", "Frames of the websocket.", count.frames)
        yield _counter("feed_updates", "Updates that were received.", count.updates)
        yield _counter("feed_repeats", "Updates that were there already.", count.repeats)
        yield _counter("feed_stale_updates", "Updates that came behind a later one.", count.stale)
        yield _counter("feed_connections", "Connections that were made to the exchange.", count.connects)
        yield _counter("feed_losses", "Connections that were lost.", count.losts)
        yield _labelled(
            CounterMetricFamily("flowalert_feed_quarantined", "Frames that were put aside.", labels=("flaw",)),
            {(name,): count.quarantined[flaw] for flaw, name in _FLAWS.items()},
        )

    def _collect_delivery(self) -> Iterator[Metric]:
        backlog, meter = self.backlog, self.site.meter
        yield _labelled(
            GaugeMetricFamily("flowalert_deliveries_waiting", "Messages that are to be sent.", labels=("state",)),
            {(state.value,): backlog.waiting.get(state, 0) for state in _WAITING},
        )
        oldest = backlog.oldest_at
        yield _gauge(
            "delivery_oldest_waiting_seconds",
            "For how long the oldest message that is to be sent has waited; 0 without any.",
            0 if oldest is None else max(0.0, (self.site.now() - oldest).total_seconds()),
        )
        yield _gauge("deliveries_dead", "Messages of the last day that could not be sent.", backlog.dead)
        channels = {*self.site.channels, *(channel for channel, _ in meter.deliveries)}
        yield _labelled(
            CounterMetricFamily(
                "flowalert_deliveries", "Messages that were settled, to one target each.", labels=("channel", "state")
            ),
            {
                (channel, state.value): meter.deliveries[channel, state]
                for channel, state in itertools.product(sorted(channels), _SETTLED)
            },
        )
        latencies = HistogramMetricFamily(
            "flowalert_notice_latency_seconds",
            "From the decision to tell until the target had taken the message.",
            labels=("channel",),
        )
        for channel, latency in sorted(meter.latencies.items()):
            bounds = [*(str(bound) for bound in BOUNDS), "+Inf"]
            counts = itertools.accumulate(latency.counts)
            latencies.add_metric((channel,), list(zip(bounds, counts, strict=True)), latency.total)
        yield latencies


def _collect_feed(feed: FeedStatus) -> Iterator[Metric]:
    yield _gauge("feed_places_wanted", "Sectors that the rules name.", feed.places)
    yield _gauge("feed_places_registered", "Sectors that are registered with the exchange.", feed.registered)
    yield _gauge("feed_places_refused", "Sectors that the exchange refuses.", len(feed.refused))
    yield _gauge("feed_places_silent", "Sectors of which nothing comes while others are heard.", len(feed.silent))
    yield _gauge(
        "feed_lost_seconds", "For how long a connection has been lost; 0 where all are there.", feed.lost_for or 0
    )
    yield _gauge("feed_silent", "Whether nothing comes from anywhere although it should.", feed.is_silent)
    yield from _moment("feed_last_frame", "When the last frame came, in seconds since 1970.", feed.last_frame_at)
    yield from _moment("feed_last_update", "When the last update came, in seconds since 1970.", feed.received_at)
    if feed.received_at is not None and feed.published_at is not None:
        lag = (feed.received_at - feed.published_at).total_seconds()
        yield _gauge("feed_lag_seconds", "How long after its publication the last update came.", lag)


def _gauge(name: str, says: str, value: float) -> Metric:
    return GaugeMetricFamily(f"flowalert_{name}", says, value=float(value))


def _counter(name: str, says: str, value: float) -> Metric:
    return CounterMetricFamily(f"flowalert_{name}", says, value=value)


def _moment(name: str, says: str, at: datetime | None) -> Iterator[Metric]:
    if at is not None:
        yield _gauge(f"{name}_timestamp_seconds", says, at.timestamp())


def _labelled(
    family: GaugeMetricFamily | CounterMetricFamily, values: Mapping[tuple[str, ...], float]
) -> GaugeMetricFamily | CounterMetricFamily:
    for labels, value in values.items():
        family.add_metric(labels, float(value))
    return family
