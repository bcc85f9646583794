import sqlite3

import pytest
from sqlalchemy.exc import DataError

from geo_service.errors import RefusedData
from geo_service.store.database_errors import explained


def test_text_that_no_database_holds_is_refused_and_is_no_fault_of_the_program() -> None:
    nul = Exception("PostgreSQL text fields cannot contain NUL (0x00) bytes")
    with (
        pytest.raises(RefusedData, match=r"U\+0000") as refused,
        explained("city"),
    ):
        raise DataError("SELECT 1", {"id": "secret\0"}, nul)
    assert "secret" not in str(refused.value)


def test_other_faults_of_data_pass_through() -> None:
    for original in (Exception("integer out of range"), sqlite3.DataError("string too big")):
        with pytest.raises(DataError), explained("city"):
            raise DataError("SELECT 1", {}, original)
