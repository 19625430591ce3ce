"""Who can be helped at the same time, when each high-performing school takes at most so many.

The rule: docs/method/beyond.md#exclusive-capacity. What the solvers take: docs/engineering.md#solvers-of-the-exclusive-assignment.

Of all assignments within the pairs that are in range, the one wanted is, in this order,

1. one that gives a partner to as many schools in need as possible;
2. of these, one of the least total distance, every distance in whole millimetres, so that sums are exact and equal is equal;
3. of these, the first by URN: the school in need of the lowest URN has the partner of the lowest URN (any before none), then
   the next school in need, and so on.

There is exactly one such assignment, whatever the order of the rows and whichever solver looked for it: two assignments that
are level in all three give every school in need the same partner. The first two are one minimum-cost assignment, solved by SciPy
(Jonker and Volgenant's algorithm as Crouse has it for sparse matrices, a sixth of the time of a linear
programme). It gives one optimum and not the rest. These follow from prices (dual values): prices that
no pair undercuts prove that the assignment is optimal, and an assignment is optimal if and only if it differs from this one by
cycles of exchanges that cost nothing at these prices. The third stage walks along such cycles, and they are few.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, min_weight_full_bipartite_matching

Ints = npt.NDArray[np.int64]

NOBODY = -1
"""In place of a partner: none."""


def allocate(pairs: pd.DataFrame) -> pd.DataFrame:
    """Assign schools in need to high-performing schools, none of which takes more than ``capacity``.

    Takes ``definition, phase, capacity, need_urn, partner_urn, distance_m``: the pairs in range (each at most once), for every
    capacity that is asked for. Each definition, phase and capacity is a question of its own. Returns ``definition, phase,
    capacity, need_urn, partner_urn``, a row per school in need that gets a partner, in this order.
    """
    columns = ["definition", "phase", "capacity", "need_urn", "partner_urn"]
    parts = [pairs[columns].head(0)]
    for _, own in pairs.groupby(columns[:3], sort=True):
        _, need = np.unique(own["need_urn"].to_numpy(dtype="int64"), return_inverse=True)
        _, partner = np.unique(own["partner_urn"].to_numpy(dtype="int64"), return_inverse=True)
        cost = np.rint(own["distance_m"].to_numpy(dtype="float64") * 1000).astype("int64")
        taken = assign(need, partner, cost, int(own["capacity"].iloc[0]))
        parts.append(own.loc[taken[need] == partner, columns].sort_values("need_urn"))
    return pd.concat(parts, ignore_index=True)


def assign(need: Ints, partner: Ints, cost: Ints, capacity: int) -> Ints:
    """The assignment described above, for one question.

    ``need``, ``partner``: places 0, 1, 2 ... of the two schools of each pair, in order of URN, every place in some pair; ``cost``:
    whole numbers, zero or more. Returns for each school in need the place of its partner, or ``NOBODY``.
    """
    order = np.lexsort((partner, need))
    network = _Network(need[order], partner[order], cost[order], capacity)
    return _first_by_urn(network, _least_cost(network))


@dataclass(frozen=True)
class _Network:
    """The pairs as a network: from each school in need to its partners, from all of them to one sink.

    Nodes are numbered: schools in need, then partners, then the sink. A school in need may go to the sink itself, without a
    partner, for ``alone``: more than all other distances together could save, so that nobody is alone for the sake of distance.
    """

    need: Ints
    partner: Ints
    cost: Ints
    capacity: int

    @property
    def needs(self) -> int:
        return int(self.need.max()) + 1

    @property
    def partners(self) -> int:
        return int(self.partner.max()) + 1

    @property
    def sink(self) -> int:
        return self.needs + self.partners

    @property
    def alone(self) -> int:
        return self.needs * (int(self.cost.max()) + 1)

    def residual(self, taken: Ints) -> tuple[Ints, Ints, Ints]:
        """The exchanges that an assignment leaves open, as arcs: from, to, and what it costs to send one school along."""
        needs, partners, sink = np.arange(self.needs), np.arange(self.partners), self.sink
        used = taken[self.need] == self.partner
        is_alone = taken == NOBODY
        load = np.bincount(taken[~is_alone], minlength=self.partners)
        at = self.needs + self.partner
        alone = np.full(self.needs, self.alone)
        free = np.zeros(self.partners, dtype="int64")
        arcs = [
            (self.need[~used], at[~used], self.cost[~used]),
            (at[used], self.need[used], -self.cost[used]),
            (needs[~is_alone], np.full((~is_alone).sum(), sink), alone[~is_alone]),
            (np.full(is_alone.sum(), sink), needs[is_alone], -alone[is_alone]),
            (self.needs + partners[load < self.capacity], np.full((load < self.capacity).sum(), sink), free[load < self.capacity]),
            (np.full((load > 0).sum(), sink), self.needs + partners[load > 0], free[load > 0]),
        ]
        start, end, cost = (np.concatenate(each) for each in zip(*arcs, strict=True))
        return start, end, cost


def _least_cost(network: _Network) -> Ints:
    """An assignment of as many as possible and, of these, of the least total cost.

    As a full matching: a partner stands there once for each school it may take, and being alone once for each school in need.
    """
    seats = np.arange(network.capacity)
    rows = np.concatenate([np.repeat(network.need, network.capacity), np.arange(network.needs)])
    columns = np.concatenate(
        [
            (network.partner[:, None] * network.capacity + seats).ravel(),
            network.partners * network.capacity + np.arange(network.needs),
        ]
    )
    # One more for each: SciPy takes a zero for no pair. Every school in need pays it once, so that it decides nothing. SciPy counts
    # in floating point, exactly while ``alone`` is far below 2**53; 20,000 schools at 10 miles make 2**39.
    costs = np.concatenate([np.repeat(network.cost, network.capacity), np.full(network.needs, network.alone)]) + 1
    _, column = min_weight_full_bipartite_matching(coo_array((costs.astype("float64"), (rows, columns))).tocsr())
    return np.where(column < network.partners * network.capacity, column // network.capacity, NOBODY).astype("int64")


def prices(network: _Network, taken: Ints) -> Ints:
    """A price for every node so that no open exchange is cheaper than the difference of the prices at its ends.

    Bellman and Ford's algorithm. Such prices exist if and only if the assignment is optimal; raises ValueError otherwise.
    """
    start, end, cost = network.residual(taken)
    price = np.zeros(network.sink + 1, dtype="int64")
    for _ in range(len(price) + 1):
        lower = price.copy()
        np.minimum.at(lower, start, cost + price[end])
        if np.array_equal(lower, price):
            return price
        price = lower
    raise ValueError("the assignment is not optimal: an exchange would lower its cost")


def _first_by_urn(network: _Network, taken: Ints) -> Ints:
    """Of all assignments that cost the same, the first by URN."""
    price = prices(network, taken)
    start, end, cost = network.residual(taken)
    is_free = cost + price[end] == price[start]
    shape = (network.sink + 1, network.sink + 1)
    free = coo_array((np.ones(is_free.sum(), dtype="int8"), (start[is_free], end[is_free])), shape=shape)
    _, knot = connected_components(free, directed=True, connection="strong")
    inside = is_free & (knot[start] == knot[end])  # a cycle stays within its knot, and nearly every knot is a single school
    exchanges = _Exchanges(network, taken, list(zip(start[inside].tolist(), end[inside].tolist(), strict=True)))
    for need in range(network.needs):
        exchanges.settle(need)
    return exchanges.taken


class _Exchanges:
    """An assignment, and the exchanges (arcs between nodes of the network) that leave its cost as it is."""

    def __init__(self, network: _Network, taken: Ints, arcs: Iterable[tuple[int, int]]) -> None:
        self.network, self.taken = network, taken.copy()
        self._open: dict[int, set[int]] = defaultdict(set)
        for start, end in arcs:
            self._open[start].add(end)
        self._load = np.bincount(taken[taken != NOBODY], minlength=network.partners)

    def settle(self, need: int) -> None:
        """Give a school in need the first partner by URN that costs nothing and changes nothing for those settled before."""
        now = self.taken[need]
        own = self.network.sink if now == NOBODY else self.network.needs + int(now)
        for other in sorted(self._open[need]):
            if other > own:
                break  # what it has comes first
            if way := self._way(other, need):
                self._send(way)
                break
        self._open[need].clear()

    def _way(self, start: int, end: int) -> list[int]:
        """A shortest way along open arcs, as a cycle: end, start, ..., end; empty where there is none."""
        before = {start: end}
        queue = deque([start])
        while queue:
            at = queue.popleft()
            for following in sorted(self._open[at]):
                if following in before:
                    continue
                before[following] = at
                if following == end:
                    way = [end]
                    while len(way) == 1 or way[-1] != end:
                        way.append(before[way[-1]])
                    return way[::-1]
                queue.append(following)
        return []

    def _send(self, cycle: list[int]) -> None:
        """Exchange along a cycle: every arc of it turns round."""
        needs, sink = self.network.needs, self.network.sink
        for start, end in pairwise(cycle):
            self._open[end].add(start)
            if start < needs:
                self.taken[start] = NOBODY if end == sink else end - needs
            stays_open = False
            if end == sink and start >= needs:  # one school more for this partner
                self._load[start - needs] += 1
                stays_open = self._load[start - needs] < self.network.capacity
            elif start == sink and end >= needs:  # one less
                self._load[end - needs] -= 1
                stays_open = self._load[end - needs] > 0
            if not stays_open:
                self._open[start].discard(end)
