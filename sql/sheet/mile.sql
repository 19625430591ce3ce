-- One row: how many metres a mile has.
select metres(1) as metres
