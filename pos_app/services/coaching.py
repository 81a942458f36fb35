"""The coach of the training till: watches what comes of what is done, says when a step is done, and keeps the score."""

from pos_app.domain.basket import Basket
from pos_app.domain.item import QUANTITY_SCALE
from pos_app.domain.tenders import TenderType
from pos_app.domain.training import Facts, Lesson, LessonResult, Step, journal_facts, score
from pos_app.ports import Clock
from pos_app.ports.training import TrainingRecords
from pos_app.services.current_sale import SaleView


class LessonRun:
    """One lesson under way. observe() is called after every change and now and then; it never blocks for long."""

    def __init__(self, lesson: Lesson, records: TrainingRecords, clock: Clock, operator_id: str) -> None:
        self.lesson = lesson
        self._records = records
        self._clock = clock
        self._operator_id = operator_id
        self._began_ms = clock.monotonic_ms()
        self._read_to = records.journal_end()
        self._events: list[tuple[str, dict[str, object], bool]] = []
        self._baskets: list[Basket] = []
        self._counted = {"undone": 0, "unknown_codes": 0}
        self._unknown_code = ""
        self.done_steps = 0
        self.keys = 0
        self.hints = 0
        self.misses = 0
        self.result: LessonResult | None = None

    @property
    def step(self) -> Step | None:
        """The step to do now; None when the lesson is over."""
        steps = self.lesson.steps
        return steps[self.done_steps] if self.done_steps < len(steps) else None

    @property
    def mistakes(self) -> int:
        """Refusals and codes not found that the lesson did not ask for."""
        return max(self.misses - self.lesson.expected_misses, 0)

    def observe(self, view: SaleView, *, online: bool, unknown_code: str) -> bool:
        """Look at what there is now; True when a step was done. unknown_code: the code shown as not found, if any."""
        if self.result is not None:
            return False
        self._read_journal(online)
        self._follow(view.basket)
        if unknown_code and unknown_code != self._unknown_code:
            self._counted["unknown_codes"] += 1
        self._unknown_code = unknown_code
        step = self.step
        if step is None or not step.is_done(self._facts(view)):
            return False
        self.done_steps += 1
        self._events.clear()
        self._counted = dict.fromkeys(self._counted, 0)
        if self.step is None:
            self._finish()
        return True

    # --- inside ------------------------------------------------------------------------------------------------------

    def _read_journal(self, online: bool) -> None:
        for position, kind, payload in self._records.entries_after(self._read_to):
            self._events.append((kind, payload, online))
            self._read_to = position

    def _follow(self, basket: Basket) -> None:
        """A basket that is exactly an earlier one of the same sale was brought back by undoing."""
        if self._baskets and basket == self._baskets[-1]:
            return
        if basket in self._baskets and basket.lines:
            self._counted["undone"] += 1
            del self._baskets[self._baskets.index(basket) + 1 :]
        else:
            self._baskets = [*self._baskets, basket] if basket.lines else []

    def _facts(self, view: SaleView) -> Facts:
        lines = [line for line in view.basket.lines if not line.voided]
        quantities = [line.quantity_milli // QUANTITY_SCALE for line in lines]
        return journal_facts(self._events) | {
            **self._counted,
            "lines": len(lines),
            "pieces": sum(quantities),
            "most_pieces": max(quantities, default=0),
            "removed": len(view.basket.lines) - len(lines),
            "discounts": len(view.basket.discounts) + sum(len(line.discounts) for line in lines),
            "member": int(view.basket.member is not None),
            "points_used": view.points_used,
            "cash_in_payment": sum(tender.tender_type is TenderType.CASH for tender in view.tenders),
        }

    def _finish(self) -> None:
        seconds = (self._clock.monotonic_ms() - self._began_ms) // 1000
        reached = score(self.lesson, mistakes=self.mistakes, hints=self.hints, keys=self.keys, seconds=seconds)
        self.result = LessonResult(
            operator_id=self._operator_id,
            lesson_id=self.lesson.lesson_id,
            finished_at=self._clock.now().isoformat(timespec="seconds"),
            score=reached,
            mistakes=self.mistakes,
            hints=self.hints,
            keys=self.keys,
            seconds=seconds,
        )
        self._records.save_result(self.result)
