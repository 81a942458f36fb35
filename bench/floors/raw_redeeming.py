"""Floor of a hold: one conditional update and one row, by the driver, in one commit."""

from typing import Any

import psycopg

_HOLD = """
    WITH reserved AS (
        UPDATE raw_points SET held = held + %s WHERE member = %s AND points - held >= %s RETURNING member)
    INSERT INTO raw_hold SELECT %s, member, %s FROM reserved
"""


class RawRedeeming:
    """One connection and ten members."""

    def __init__(self, url: str, members: int, points: int) -> None:
        self._connection: psycopg.Connection[Any] = psycopg.connect(url, autocommit=True)
        self._members = members
        self._tried = 0
        for statement in (
            "DROP TABLE IF EXISTS raw_points, raw_hold",
            "CREATE TABLE raw_points (member INT PRIMARY KEY, points BIGINT, held BIGINT)",
            "CREATE TABLE raw_hold (id INT PRIMARY KEY, member INT, points BIGINT)",
            f"INSERT INTO raw_points SELECT i, {int(points)}, 0 FROM generate_series(0, {int(members) - 1}) i",
        ):
            self._connection.execute(statement)

    def hold(self, points: int) -> None:
        """Set points of one of them aside, if there are so many."""
        self._tried += 1
        member = self._tried % self._members
        self._connection.execute(_HOLD, (points, member, points, self._tried, points), prepare=True)

    def close(self) -> None:
        """End the connection."""
        self._connection.close()
