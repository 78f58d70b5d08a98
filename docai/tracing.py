"""OpenTelemetry spans across requests and workers; without the packages or an endpoint nothing happens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from docai.errors import ConfigurationError

if TYPE_CHECKING:  # an optional extra, and half a second to import
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span, SpanContext

Facts = Mapping[str, str | int | float]

_TRACES_PATH = "/v1/traces"
"""Where a collector takes traces over HTTP, by OpenTelemetry's specification of OTLP."""
_EXPORT_TIMEOUT_S = 5.0
_FLUSH_MS = 5_000
"""How long a process that ends waits for its last spans to be sent."""


class Tracing:
    """Makes spans, and sends them; switched off until `start`. Thread-safe. A forked child starts its own."""

    def __init__(self) -> None:
        self._provider: TracerProvider | None = None

    def start_sending(self, endpoint: str, service: str) -> None:
        """Send spans to a collector over OTLP and HTTP, beside the work; harmless if it is away.

        Args:
            endpoint: the collector's address, such as `http://collector:4318`.
            service: the name under which this process' spans are shown.

        Raises:
            ConfigurationError: the packages are not installed.
        """
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - an optional extra
                OTLPSpanExporter,
            )
        except ImportError as error:
            raise ConfigurationError(
                "DOCAI_TELEMETRY__OTLP_ENDPOINT is set, but OpenTelemetry is not installed; "
                "install `docai[telemetry]` or unset it."
            ) from error
        base = endpoint.rstrip("/")
        url = base if base.endswith(_TRACES_PATH) else base + _TRACES_PATH
        self.start(OTLPSpanExporter(endpoint=url, timeout=_EXPORT_TIMEOUT_S), service)

    def start(self, exporter: SpanExporter, service: str) -> None:
        """Make spans from now on and hand them to `exporter`, several at once."""
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - an optional extra
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

        self.stop()
        resource = Resource.create({"service.name": service, "service.version": version("docai")})
        provider = TracerProvider(resource=resource)
        provider.add_span_processor(BatchSpanProcessor(exporter))
        self._provider = provider

    def stop(self) -> None:
        """Send what is left, and make no more spans."""
        provider, self._provider = self._provider, None
        if provider is not None:
            provider.force_flush(_FLUSH_MS)
            provider.shutdown()

    @contextmanager
    def span(
        self,
        name: str,
        facts: Facts = MappingProxyType({}),
        *,
        parent: str | None = None,
        begun_ns: int | None = None,
    ) -> Iterator[Span | None]:
        """A span around what is done meanwhile, within the span that is current, if any.

        Args:
            name: what is done.
            facts: the span's attributes; no document text.
            parent: the `traceparent` header of a caller who traces as well.
            begun_ns: when it began, nanoseconds since 1970, if not now.
        """
        if self._provider is None:
            yield None
            return
        from opentelemetry.trace import use_span  # noqa: PLC0415 - an optional extra

        context = None if parent is None else _extracted(parent)
        tracer = self._provider.get_tracer("docai")
        made = tracer.start_span(name, context=context, attributes=dict(facts), start_time=begun_ns)
        with use_span(made, end_on_exit=True):
            yield made

    def past(self, name: str, begun_ns: int, ended_ns: int) -> None:
        """A span of what is over, within the current one; times are nanoseconds since 1970."""
        if self._provider is not None:
            tracer = self._provider.get_tracer("docai")
            tracer.start_span(name, start_time=begun_ns).end(ended_ns)

    def link(self, traceparent: str | None) -> None:
        """Have the current span refer to another trace: that of the request whose work it does."""
        if self._provider is None or traceparent is None:
            return
        from opentelemetry.trace import get_current_span  # noqa: PLC0415 - an optional extra

        other = _context_of(traceparent)
        if other.is_valid:
            get_current_span().add_link(other)

    def rename(self, name: str, facts: Facts) -> None:
        """Name the current span anew, and add facts, once more is known."""
        if self._provider is None:
            return
        from opentelemetry.trace import get_current_span  # noqa: PLC0415 - an optional extra

        current = get_current_span()
        current.update_name(name)
        current.set_attributes(facts)

    def failed(self, code: str) -> None:
        """Mark the current span as failed, with an error's code."""
        if self._provider is None:
            return
        from opentelemetry.trace import StatusCode, get_current_span  # noqa: PLC0415 - an optional extra

        get_current_span().set_status(StatusCode.ERROR, code)

    @property
    def traceparent(self) -> str | None:
        """The current span as a `traceparent` header, for whoever goes on with the work; None without one."""
        if self._provider is None:
            return None
        from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415 - an optional extra
            TraceContextTextMapPropagator,
        )

        carrier: dict[str, str] = {}
        TraceContextTextMapPropagator().inject(carrier)
        return carrier.get("traceparent")


TRACING = Tracing()
"""This process' tracing."""


def _extracted(traceparent: str) -> Any:  # noqa: ANN401 - a type of an optional extra
    from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415 - an optional extra
        TraceContextTextMapPropagator,
    )

    return TraceContextTextMapPropagator().extract({"traceparent": traceparent})


def _context_of(traceparent: str) -> SpanContext:
    from opentelemetry.trace import get_current_span  # noqa: PLC0415 - an optional extra

    return get_current_span(_extracted(traceparent)).get_span_context()
