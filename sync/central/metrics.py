"""What operations watch, for Prometheus. A registry per service, so that several fit in one process."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

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

    def observe_request(self, operation: str, status: int, seconds: float) -> None:
        """One answered request."""
        self._requests.labels(operation, str(status)).inc()
        self._seconds.labels(operation).observe(seconds)

    def observe_group(self, results: Sequence[contract.UploadResult]) -> None:
        """One commit of uploads."""
        self._group.observe(len(results))
        for result in results:
            for one in result.results:
                self._events.labels(one.status).inc()
                if one.correction_points and one.status == "applied":
                    self._corrected.inc()

    def text(self) -> bytes:
        """The exposition format."""
        return generate_latest(self._registry)
