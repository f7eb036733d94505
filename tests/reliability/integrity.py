"""What must hold in a database file that no server has open."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

RECORD_COUNTS = "SELECT dataset_id, status, count FROM record_counts WHERE count <> 0"
COUNTED_RECORDS = "SELECT dataset_id, status, COUNT(*) FROM records GROUP BY 1, 2"
RESPONSE_COUNTS = """
    SELECT dataset_id, user_id, record_status, response_status, count
    FROM response_counts WHERE count <> 0"""
COUNTED_RESPONSES = """
    SELECT r.dataset_id, s.user_id, r.status, s.status, COUNT(*)
    FROM responses s JOIN records r ON r.id = s.record_id GROUP BY 1, 2, 3, 4"""
WRONG_STATES = """
    SELECT r.id FROM records r JOIN datasets d ON d.id = r.dataset_id
    WHERE r.submitted <> (SELECT COUNT(*) FROM responses s
                          WHERE s.record_id = r.id AND s.status = 'submitted')
       OR (r.status = 'completed') <> (r.submitted >= d.min_submitted)"""

WRONG_PLACES = """
    SELECT r.id FROM records r
    WHERE r.taken <> (SELECT COUNT(*) FROM assignments a
                      WHERE a.record_id = r.id AND a.state IN ('leased', 'submitted')
                        AND a.extra = 0)"""


def check(database: Path) -> None:
    """Assert that SQLite finds the file whole and that every kept count equals the counted rows."""
    with closing(sqlite3.connect(database)) as connection:

        def rows(query: str) -> list[tuple[object, ...]]:
            return sorted(connection.execute(query).fetchall())

        assert rows("PRAGMA integrity_check") == [("ok",)]
        assert rows("PRAGMA foreign_key_check") == []
        assert rows(RECORD_COUNTS) == rows(COUNTED_RECORDS)
        assert rows(RESPONSE_COUNTS) == rows(COUNTED_RESPONSES)
        assert rows(WRONG_STATES) == []
        assert rows(WRONG_PLACES) == []
