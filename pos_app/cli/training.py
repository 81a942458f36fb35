"""Learn the register: guided lessons at a till of its own."""

import argparse
import logging
import sys
from pathlib import Path

from pos_app.errors import WorldError
from pos_app.settings import default_data_folder

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="the till's folder; training has one of its own inside"
    )
    parser.add_argument("--operator", default="trainee", metavar="ID", help="whose scores are kept")
    parser.add_argument("--exit-when-ready", action="store_true", help="end as soon as a lesson could begin")
    parser.add_argument("--results", action="store_true", help="print everybody's best scores and end")
    parser.add_argument("--name", default="Trainee", help="how they are called on the screen")


def main(args: argparse.Namespace) -> int:
    """Run until the window is closed."""
    try:
        return _print_results(args.data or default_data_folder()) if args.results else _run(args)
    except (WorldError, OSError) as error:
        print(f"The till for training did not start. {error}", file=sys.stderr)
        return 1


def _run(args: argparse.Namespace) -> int:
    from pos_app.storage.training import SqliteTrainingRecords
    from pos_app.training_lessons import lessons
    from pos_app.training_till import FOLDER_NAME, open_training_till
    from ui.application import build_application, open_checkout
    from ui.background import after_paint
    from ui.training.coach import Coach

    application = build_application()
    folder = args.data or default_data_folder()
    own = folder / FOLDER_NAME
    own.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(
        level=logging.INFO, format=LOG_FORMAT, filename=own / "till.log", filemode="w", encoding="utf-8"
    )
    register, counter = open_training_till(folder, args.operator, args.name, after_paint)
    try:
        window = open_checkout(counter.services)
        counter.start()
        coach = Coach(window, lessons(), SqliteTrainingRecords(register.data.database))
        coach.show()
        window.activateWindow()
        application.processEvents()
        status = 0 if args.exit_when_ready else int(application.exec())
        coach.stop()
        return status
    finally:
        counter.stop()


def _print_results(folder: Path) -> int:
    """Person, lesson, how often, best and last score; one line each."""
    from itertools import groupby

    from pos_app.storage.keys import KeyFile
    from pos_app.storage.terminal_database import open_for_inspection
    from pos_app.storage.training import SqliteTrainingRecords
    from pos_app.training_till import FOLDER_NAME

    own = folder / FOLDER_NAME
    database = open_for_inspection(own, KeyFile(own / "database.key"))
    try:
        results = SqliteTrainingRecords(database).everybodys_results()
    finally:
        database.close()
    print(f"{'person':<20} {'lesson':<24} {'done':>5} {'best':>5} {'last':>5}  last done")
    results.sort(key=lambda each: (each.operator_id, each.lesson_id))
    for (person, lesson), group in groupby(results, key=lambda each: (each.operator_id, each.lesson_id)):
        done = list(group)
        best, last = max(each.score for each in done), done[-1]
        print(f"{person:<20} {lesson:<24} {len(done):>5} {best:>5} {last.score:>5}  {last.finished_at}")
    return 0
