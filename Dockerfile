# syntax=docker/dockerfile:1
# docai's images: `service` answers REST, `worker` does the work. Both hold the same program, without torch: what is pinned
# in requirements-service.lock. With `--build-arg LOCK=requirements-models.lock` it can embed page images with models.
FROM python:3.11-slim-bookworm AS build
ARG LOCK=requirements-service.lock
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy
RUN pip install --no-cache-dir 'uv>=0.9,<1'
WORKDIR /build
COPY pyproject.toml README.md LICENSE requirements-*.lock ./
COPY docai ./docai
RUN uv venv /opt/docai \
    && uv pip install --python /opt/docai/bin/python --require-hashes --requirement "${LOCK}" \
    && uv pip install --python /opt/docai/bin/python --no-deps .

FROM python:3.11-slim-bookworm AS program
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/docai docai
COPY --from=build /opt/docai /opt/docai
USER 10001
ENV PATH=/opt/docai/bin:$PATH \
    DOCAI_HOME=/var/lib/docai/home \
    DOCAI_TELEMETRY__LOG_JSON=true \
    PYTHONDONTWRITEBYTECODE=1
VOLUME /var/lib/docai
ENTRYPOINT ["docai"]

FROM program AS worker
ENV DOCAI_WORKER__HEALTH_HOST=0.0.0.0 \
    DOCAI_WORKER__HEALTH_PORT=8001
EXPOSE 8001
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8001/livez', timeout=4)"]
CMD ["worker"]

FROM program AS service
ENV DOCAI_API__HOST=0.0.0.0
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/livez', timeout=4)"]
CMD ["serve"]
