"""What is published at home, published to a bucket as well: where ``SCHOOLMATCH_PUBLISH_TO`` says so, and nowhere else."""

from typing import Any

import dagster as dg

from exports.bucket import Address, publish_to
from orchestration.assets.landing import key
from orchestration.assets.publishing import GROUP_NAME
from warehouse.home import Home
from warehouse.publish import newest


def bucket_asset(home: Home, elsewhere: Address) -> dg.AssetsDefinition:
    """The step after the last. Raises InputError where what speaks to buckets is not installed: before a refresh begins."""
    elsewhere.store()

    @dg.asset(
        key=key("published.bucket"),
        deps=[key("published.latest")],
        group_name=GROUP_NAME,
        kinds={"file"},
        description="v/<stamp>/ in the bucket, and latest.json, which names it: for readers who have no access to the home.",
    )
    def bucket() -> dg.MaterializeResult[Any]:
        """Send the newest folder, read it back, and name it as the latest."""
        release = publish_to(elsewhere, newest(home))
        return dg.MaterializeResult(
            metadata={"address": release.url, "files_sent": release.sent, "files_there_already": release.already}
        )

    return bucket
