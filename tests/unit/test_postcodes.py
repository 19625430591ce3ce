"""The postcode directory: one postcode is where the whole directory says."""

import numpy as np

from warehouse.landing import postcodes


def test_a_postcode_looked_up_alone_stands_where_the_whole_directory_says() -> None:
    everywhere = postcodes.read_postcodes()
    for at in range(0, len(everywhere.padded), len(everywhere.padded) // 7):
        place = (int(everywhere.easting[at]), int(everywhere.northing[at]))
        assert postcodes.grid_reference(everywhere.padded[at].decode().replace(" ", "")) == place


def test_a_postcode_without_a_place_or_that_is_none_is_not_found() -> None:
    (letter,) = [file for file in postcodes._files() if file.name == "postcodes_G.msgpack.br"]
    columns = postcodes._columns(letter)
    without = columns[b"pcd"][int(np.flatnonzero(np.isnan(columns[b"oseast1m"]))[0])]
    assert postcodes.grid_reference(without.decode().replace(" ", "")) is None
    assert postcodes.grid_reference("ZZ99ZZ") is None
    assert postcodes.grid_reference("Q11AA") is None
