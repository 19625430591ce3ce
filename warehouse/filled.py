"""In how many rows each column of the published tables is filled, now and last time: ``mart.column_filled``.

A column that nothing fills any more is a judgement lost for every school, and every check passes. So what is empty everywhere is
told, unless its contract says why that is right and the data bear it out, and so is a share unlike last time's. What belongs here:
counting. What a column means, and when it may be empty, stands in its contract (``sql/mart/<table>.toml``); how far a share may
move in ``sql/reference/expectation.csv``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from warehouse.contract import Contract, read_contracts
from warehouse.model import Model
from warehouse.store import identifier, literal, run
from warehouse.time.previous import COLUMN, previous_of

TABLE = "mart.column_filled"

GROUPS = ("Schools", "Matches", "Areas")
"""The tables of facts: of the others (changes, the refresh itself) a column that is empty says nothing."""

_WHAT_IF = "sensitivity"
"""What would be if a threshold were another is no fact, and takes as long to build as all else."""


def filled_model(contracts: Sequence[Contract] | None = None) -> Model:
    """``mart.column_filled``, from the contracts of the tables of facts."""
    contracts = _of_facts() if contracts is None else contracts
    told = {
        contract.name: {name: column.filled_of for name, column in contract.columns.items() if not column.is_required}
        for contract in contracts
    }
    now = [_counted(f"mart.{table}", table, columns) for table, columns in told.items() if columns]
    kept = [contract.name for contract in contracts if contract.compared_by and told[contract.name]]
    before = [_counted(previous_of(table), table, told[table]) for table in kept]
    expected = [
        f"select {literal(contract.name)} as table_name, {literal(name)} as column_name, {literal(empty.because)} as because, "
        f"({empty.holds}) as holds"
        for contract in contracts
        for name, column in contract.columns.items()
        if (empty := column.empty_everywhere)
    ]
    sql = f"""\
-- One row per column that may be empty: in how many rows it is filled, now and in the refresh compared with, and what is told.
with now as (
{_UNION.join(now)}
),
before as (
select counted.* from (
{_UNION.join(before)}
) as counted
inner join {COLUMN} as known on known.table_name = counted.table_name and known.column_name = counted.column_name
),
expected as (
{_UNION.join(expected)}
),
held as (
select
    now.*,
    percent_of(now.filled, now.rows) as filled_percent,
    percent_of(before.filled, before.rows) as filled_percent_before,
    case when now.filled = 0 and expected.holds then expected.because end as because,
    now.rows > 0 and now.filled = 0 and not coalesce(expected.holds, false) as is_empty,
    now.filled > 0 and (
        abs(filled_percent - filled_percent_before) > 100 * points.share
        and abs(now.filled - before.filled * now.rows / before.rows) >= points.at_least
        or abs(filled_percent / nullif(filled_percent_before, 0) - 1) > ratio.share
        and abs(now.filled - before.filled * now.rows / before.rows) >= ratio.at_least
    ) as is_unlike
from now
left join before on before.table_name = now.table_name and before.column_name = now.column_name
left join expected on expected.table_name = now.table_name and expected.column_name = now.column_name
inner join reference.expectation as points on points.name = 'column_points'
inner join reference.expectation as ratio on ratio.name = 'column_ratio'
)
select
    table_name, column_name, rows, filled, filled_percent, filled_percent_before,
    coalesce(is_empty or is_unlike, false) as is_reported,
    case
        when is_empty and filled_percent_before > 0
            then printf('is filled in no row; before it was in %.1f %%', filled_percent_before)
        when is_empty then 'is filled in no row'
        when is_unlike
            then printf('is filled in %.1f %% of the rows; before it was in %.1f %%', filled_percent, filled_percent_before)
        else because
    end as sentence
from held
order by table_name, column_name"""
    return Model(TABLE, sql, Path(__file__))


def _of_facts() -> list[Contract]:
    return [each for each in read_contracts().values() if each.group in GROUPS and each.name != _WHAT_IF]


_UNION = "\nunion all\n"


def _counted(table: str, name: str, columns: Mapping[str, str | None]) -> str:
    """The columns of a table, a row each: how many rows there are, of those that can have it, and in how many it is filled."""
    counts = ", ".join(
        f"{{'column_name': {literal(column)}, 'rows': count(*){of}, 'filled': count({identifier(column)}){of}}}"
        for column, rows in columns.items()
        for of in [f" filter (where {rows})" if rows else ""]
    )
    return (
        f"select {literal(name)} as table_name, unnest(counted.filled, recursive := true) "
        f"from (select [{counts}] as filled from {table}) as counted"
    )


def reported(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """What a refresh says as warnings: the columns whose filling is reported, the values that no closed list has, and settings
    by the classification that is the fallback."""
    columns = run(
        connection,
        f"select format('mart.{{}}: the column {{}} {{}}', table_name, column_name, sentence) from {TABLE} where is_reported",
    )
    codes = run(
        connection,
        "select if(code_list = 'phase', "
        "format('phase: GIAS tells none ({}) of {} of a type that teaches one (first: {}), left out for it', "
        "value, counted(establishments, 'school'), first_urn), "
        "format('{}: GIAS has {} in {} (first: {}), which is not in {}; {} is not known of them', "
        "replace(code_list, '_', ' '), value, counted(establishments, 'school'), first_urn, listed_in, decides)) "
        "from mart.unknown_code",
    )
    settings = run(
        connection,
        """select format(
            '{:,} of {:,} schools have their setting, and so how far help may come from, by the rural-urban classification of '
            || '2021, as that of 2011 is not known of them', count(*) filter (where setting_source = 'gias_2021'), count(*)
        ) from mart.school having count(*) filter (where setting_source = 'gias_2021') > 0.01 * count(*)""",
    )
    return [sentence for (sentence,) in [*columns, *codes, *settings]]
