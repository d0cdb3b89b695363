# One image for web, worker, beat and migrate; the command tells them apart.
FROM python:3.12-slim AS packages
WORKDIR /build
COPY requirements/uv.txt requirements/runtime.txt ./
RUN python -m venv /opt/countersign \
 && /opt/countersign/bin/python -m pip install --no-cache-dir --require-hashes -r uv.txt \
 && /opt/countersign/bin/python -m uv pip sync --no-cache --python /opt/countersign/bin/python \
    --require-hashes runtime.txt

FROM python:3.12-slim
ENV PATH=/opt/countersign/bin:$PATH \
    PYTHONUTF8=1 \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings.production \
    STATIC_ROOT=/srv/countersign/static \
    MEDIA_ROOT=/srv/countersign/files
RUN useradd --system --uid 10001 --create-home countersign \
 && mkdir -p /srv/countersign/static /srv/countersign/files \
 && chown -R countersign:countersign /srv/countersign
COPY --from=packages /opt/countersign /opt/countersign
WORKDIR /app
COPY . .
RUN python -m config.local.messages compile
USER countersign
# The build needs no server and no secret: these values are never used to serve a request.
RUN SECRET_KEY=build ALLOWED_HOSTS=build BASE_URL=https://build REDIS_URL=redis://build \
    DATABASE_URL=postgresql://build:build@build/build \
    python manage.py collectstatic --noinput
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["gunicorn", "config.wsgi:application", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "2", "--threads", "4", "--timeout", "120", "--access-logfile", "-", "--no-control-socket"]
