"""Networks dealt out to streams: every one starts from what was there before, and all are waited for. Streams here only write down what they are told."""

from types import SimpleNamespace

import pytest

from lth.networks import branches


class Stream:
    """One that logs: what waits for it, and what is called on it."""

    def __init__(self, name: str, log: list[tuple]):
        self.name, self.log, self.device = name, log, "a card"

    def wait_stream(self, other: "Stream") -> None:
        self.log.append((self.name, "waits for", other.name))

    def __enter__(self):
        self.outer, Streams.current = Streams.current, self

    def __exit__(self, *_):
        Streams.current = self.outer


class Streams:
    """What torch.cuda is to branches."""

    current: Stream

    def __init__(self):
        self.log: list[tuple] = []
        self.made = 0
        Streams.current = Stream("trunk", self.log)

    def current_stream(self) -> Stream:
        return Streams.current

    def Stream(self, device) -> Stream:
        self.made += 1
        return Stream(f"branch {self.made - 1}", self.log)

    def stream(self, stream: Stream) -> Stream:
        return stream


@pytest.fixture
def streams(monkeypatch):
    cuda = Streams()
    monkeypatch.setattr(branches, "torch", SimpleNamespace(cuda=cuda))
    branches._streams.cache_clear()
    yield cuda
    branches._streams.cache_clear()


@pytest.mark.parametrize("networks", [1, 3, branches.BRANCHES, branches.BRANCHES + 1, 2 * branches.BRANCHES + 1])
def test_every_branch_waits_for_the_trunk_and_the_trunk_for_every_branch(streams, networks):
    def call(number: int) -> int:
        streams.log.append((Streams.current.name, "computes", number))
        return number

    trunk = Streams.current
    results = branches.side_by_side([lambda number=number: call(number) for number in range(networks)])
    assert results == list(range(networks)), "in their order"
    assert Streams.current is trunk
    used = [f"branch {number}" for number in range(min(networks, branches.BRANCHES))]
    assert streams.log == [
        *((branch, "waits for", "trunk") for branch in used),
        *((used[number % len(used)], "computes", number) for number in range(networks)),
        *(("trunk", "waits for", branch) for branch in used),
    ]


def test_streams_are_made_once(streams):
    for _ in range(3):
        branches.side_by_side([lambda: 0] * 40)
    assert streams.made == branches.BRANCHES
