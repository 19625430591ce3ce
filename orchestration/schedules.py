"""When a refresh starts by the clock: once a day, after GIAS has put out its extract."""

import dagster as dg

from orchestration import REFRESH
from orchestration.sensors import waiting_already
from warehouse.sources.again import MORNING, TIMEZONE


@dg.schedule(
    job_name=REFRESH,
    cron_schedule=f"{MORNING.minute} {MORNING.hour} * * *",
    execution_timezone=TIMEZONE,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every morning, for the day's GIAS extract; skipped where a refresh is waiting to start, which will read it.",
)
def every_morning(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """The daily refresh."""
    if waiting_already(context.instance):
        return dg.SkipReason("a refresh is waiting to start already")
    return dg.RunRequest(run_key=f"daily {context.scheduled_execution_time:%Y-%m-%d}")
