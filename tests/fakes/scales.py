"""A scale whose weight a test moves, in the GUI thread."""

from pos_app.ports import ReadingListener, WeightReading, WeightState


class HandScale:
    """Tells what put() says to whoever watches."""

    def __init__(self) -> None:
        self.listener: ReadingListener | None = None

    def watch(self, on_reading: ReadingListener | None) -> None:
        self.listener = on_reading

    def put(
        self, weight_milli: int, state: WeightState = WeightState.STABLE, words: str = "", unit: str = "kg"
    ) -> None:
        assert self.listener is not None
        self.listener(WeightReading(state, weight_milli, unit, words))
