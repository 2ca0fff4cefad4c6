"""What the desk counts about itself, in Prometheus terms."""

from prometheus_client import CollectorRegistry, Histogram

REGISTRY = CollectorRegistry()
REQUESTS = Histogram(
    "desk_request_seconds",
    "Time to answer a request.",
    ("method", "endpoint", "status"),
    registry=REGISTRY,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
