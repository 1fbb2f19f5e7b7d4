from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.dask_cluster import Dask, until


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dask]:
    """Two workers, that have the courses where the driver has them."""
    with Dask(tmp_path_factory.mktemp("dask")) as cluster:
        cluster.worker("twins", "--slots", "2")
        until(lambda: cluster.log("twins").count("Registered to") == 2)
        yield cluster
