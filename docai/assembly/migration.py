"""Bring the settings' database to this release."""

from __future__ import annotations

from docai.errors import ConfigurationError
from docai.settings import Settings
from docai.stores.postgres.engine import make_engine
from docai.stores.postgres.schema import current_revision, upgrade


def migrate_database(settings: Settings) -> str:
    """Apply the migrations that are missing; gives the revision that the tables have then.

    Raises:
        ConfigurationError: no database is named.
        StoreUnavailable: it does not answer.
    """
    if settings.database.url is None:
        raise ConfigurationError(
            "DOCAI_DATABASE__URL is not set; the PostgreSQL of our own is brought up to date whenever docai starts."
        )
    engine = make_engine(settings.database.url.get_secret_value(), pool_size=1)
    try:
        upgrade(engine)
        return current_revision(engine) or "none"
    finally:
        engine.dispose()
