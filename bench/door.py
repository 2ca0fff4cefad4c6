"""The desk behind a gauge, as the web server of a measurement starts it."""

from bench.gauge import Gauge
from internaldesk.factory import create_app


def door() -> Gauge:
    """The desk of the settings in the environment."""
    return Gauge(create_app())
