"""The screens of the backup, with how to come to them by hand."""

from collections.abc import Callable

from fakes.whole_counter import WholeCounter

from pos_app.domain.operator import Operator, Role

MANAGER = Operator("manager-1", "Manager", Role.MANAGER)


def _backup(counter: WholeCounter) -> None:
    """The backup with one good copy."""
    counter.register.operator.change_to(MANAGER)
    desk = counter.window.functions.backup.desk
    desk.open()
    counter.until(lambda: counter.window.till.covering)
    if not desk.body.copies:
        counter.window.till.page.main.click()
        counter.until(lambda: desk.body.copies, "a copy is made")
    counter.until(lambda: counter.window.till.page.note.startswith(("The copy was made", "In ")))


def _backup_plan(counter: WholeCounter) -> None:
    _backup(counter)
    counter.touch(counter.window.functions.backup.desk.body.restore)
    counter.until(lambda: counter.window.functions.backup.desk.plan_body.isVisible())


def _recovery_key(counter: WholeCounter) -> None:
    _backup(counter)
    counter.touch(counter.window.functions.backup.desk.body.key)
    counter.until(lambda: counter.window.functions.backup.desk.key_body.isVisible())


def _places(counter: WholeCounter) -> None:
    _backup(counter)
    desk = counter.window.functions.backup.desk
    counter.touch(desk.body.place)
    counter.until(lambda: desk.places_body.places, "the places are listed")


BACKUP_SCREENS: dict[str, Callable[[WholeCounter], None]] = {
    "backup": _backup,
    "backup-plan": _backup_plan,
    "backup-key": _recovery_key,
    "backup-places": _places,
}
