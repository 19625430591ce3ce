"""What a refresh tells a monitor, read by the library of those who keep the format."""

from datetime import date

from prometheus_client.openmetrics.parser import text_string_to_metric_families

from warehouse.metrics import Run, text
from warehouse.sources.freshness import Freshness


def test_any_name_of_a_folder_and_a_source_without_a_date_can_be_told() -> None:
    source = 'the folder "a\\b"\nc'
    dated, undated = (
        Freshness(name, name, "", "file.csv", as_at, None, age, None, None, None, is_stale, "")
        for name, as_at, age, is_stale in (("gias", date(2025, 9, 30), 2, True), ("lookup", None, None, False))
    )
    run = Run("1-2", source, "20251002T034500Z", 61.25, 840_000_000, 70, {"mart.school": 600}, [dated, undated])
    told = {
        (sample.name.removeprefix("schoolmatch_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text(run))
        for sample in family.samples
    }
    assert told == {
        ("run", "1-2", source, "20251002T034500Z"): 1,
        ("run_duration_seconds",): 61.25,
        ("run_peak_memory_bytes",): 840_000_000,
        ("published_timestamp_seconds",): 1_759_376_700,  # date -d '2025-10-02 03:45 UTC' +%s
        ("published_size_bytes",): 70,
        ("published_rows", "mart.school"): 600,
        ("source_age_seconds", "gias"): 172_800,
        ("source_as_at_timestamp_seconds", "gias"): 1_759_190_400,  # date -d '2025-09-30 UTC' +%s
        ("source_stale", "gias"): 1,
        ("source_stale", "lookup"): 0,
    }
