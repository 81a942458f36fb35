"""What operations watch, for Prometheus. A registry per service, so that several fit in one process."""

from collections.abc import Callable, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from pos_app import __version__
from sync import contract


class Metrics:
    """Counters and histograms of one service."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "central_requests", "Answered requests", ("operation", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "central_request_seconds", "Time to the answer", ("operation",), registry=self._registry
        )
        self._events = Counter("central_events", "Events taken in", ("status",), registry=self._registry)
        self._group = Histogram(
            "central_commit_uploads",
            "Uploads that shared a commit",
            buckets=(1, 2, 4, 8, 16, 32, 64),
            registry=self._registry,
        )
        self._corrected = Counter(
            "central_corrected_events", "Events whose printed points were not right", registry=self._registry
        )

        self._commit_seconds = Histogram(
            "central_commit_seconds", "Time of a commit of uploads", registry=self._registry
        )
        self._looked_for = Counter(
            "central_look_ups_found", "Look-ups, by whether they found somebody", ("found",), registry=self._registry
        )
        self._late = Gauge("central_terminals_late", "Terminals not heard of for 15 minutes", registry=self._registry)
        self._held = Gauge(
            "central_quarantine_open", "Events in quarantine that nobody decided about", registry=self._registry
        )
        self._swept = Gauge(
            "central_last_sweep_timestamp_seconds", "When holds were last swept, Unix time", registry=self._registry
        )
        version = Gauge(
            "central_version_info", "The program that runs, always 1", ("version",), registry=self._registry
        )
        version.labels(__version__).set(1)
        ProcessCollector(registry=self._registry)

    def watch_queues(self, uploads: Callable[[], float], requests: Callable[[], float]) -> None:
        """Ask these whenever somebody reads the metrics."""
        queued = Gauge("central_uploads_waiting", "Uploads that wait for a commit", registry=self._registry)
        waiting = Gauge(
            "central_requests_waiting", "Requests in worker threads or waiting for one", registry=self._registry
        )
        queued.set_function(uploads)
        waiting.set_function(requests)

    def observe_look_up(self, found: bool) -> None:
        """One look-up that was answered."""
        self._looked_for.labels("yes" if found else "no").inc()

    def observe_sweep(self, at_s: float, late_terminals: int, open_quarantine: int) -> None:
        """What the sweeper saw."""
        self._swept.set(at_s)
        self._late.set(late_terminals)
        self._held.set(open_quarantine)

    def observe_request(self, operation: str, status: int, seconds: float) -> None:
        """One answered request."""
        self._requests.labels(operation, str(status)).inc()
        self._seconds.labels(operation).observe(seconds)

    def observe_group(self, results: Sequence[contract.UploadResult], seconds: float) -> None:
        """One commit of uploads."""
        self._commit_seconds.observe(seconds)
        self._group.observe(len(results))
        for result in results:
            for one in result.results:
                self._events.labels(one.status).inc()
                if one.correction_points and one.status == "applied":
                    self._corrected.inc()

    def text(self) -> bytes:
        """The exposition format."""
        return generate_latest(self._registry)
