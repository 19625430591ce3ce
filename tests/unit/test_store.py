"""The lock around the working file."""

import logging
import threading
from pathlib import Path

from warehouse.home import Home
from warehouse.store import open_warehouse, run


class Announces(logging.Handler):
    """Sets an event when something is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.said = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        if "another refresh is at work" in record.getMessage():
            self.said.set()


def test_a_second_refresh_says_that_it_waits_and_starts_when_the_first_has_finished(tmp_path: Path) -> None:
    home, order = Home(tmp_path), []
    logger, announces = logging.getLogger("schoolmatch"), Announces()
    logger.addHandler(announces)

    def second() -> None:
        with open_warehouse(home) as connection:
            order.append("second")
            assert run(connection, "select count(*) from first") == [(1,)]

    thread = threading.Thread(target=second)
    try:
        with open_warehouse(home) as connection:
            thread.start()
            assert announces.said.wait(30)
            run(connection, "create table first as select 1 as one")
            order.append("first")
        thread.join(30)
    finally:
        logger.removeHandler(announces)
    assert order == ["first", "second"]
