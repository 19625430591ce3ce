"""What is published, in a bucket or another folder, for those who have no access to the home.

Every release goes under a key of its own, ``v/<stamp>/``, and is read back; ``latest.json``, which is written last, names it.
Nothing that a reader may have open is written over: a reader of DuckDB's file in a bucket loses it with the bytes.
"""

from exports.bucket.address import PUBLIC_SETTING, SETTING, Address, address
from exports.bucket.release import Release, paths_of, publish_to

__all__ = ["PUBLIC_SETTING", "SETTING", "Address", "Release", "address", "paths_of", "publish_to"]
