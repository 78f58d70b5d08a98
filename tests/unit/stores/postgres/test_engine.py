"""Database addresses: what is taken and what is refused."""

import pytest

from docai.errors import ConfigurationError
from docai.stores.postgres.engine import make_engine


@pytest.mark.parametrize("url", ["postgresql://u@h/d", "postgresql+psycopg://u@h/d"])
def test_a_postgresql_address_gets_psycopg_3(url: str) -> None:
    assert make_engine(url, pool_size=1).dialect.driver == "psycopg"


@pytest.mark.parametrize("url", ["", "nonsense", "sqlite:///x.db", "mysql://u:secret@h/d"])
def test_any_other_address_is_refused_without_showing_its_password(url: str) -> None:
    with pytest.raises(ConfigurationError, match="DOCAI_DATABASE__URL") as refused:
        make_engine(url, pool_size=1)
    assert "secret" not in str(refused.value)
