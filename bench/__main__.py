"""`python -m bench [METRIC ...] [--json FILE] [--quick]`: measure, print the scoreboard, write it as JSON."""

import argparse
import importlib
import sys
import traceback
from pathlib import Path

from bench.measuring import Effort, Measured
from bench.scoreboard import as_json, as_text

METRICS = {
    "scan": "scan_to_painted_line",
    "burst": "scan_burst",
    "start": "cold_start",
    "scale": "catalogue_scale",
    "durable": "sale_to_durable",
    "receipt": "receipt_bytes",
    "engine": "basket_engine",
    "memory": "memory_after_a_day",
    "drain": "offline_drain",
    "counter": "counter_paths",
    "faults": "device_faults",
    "reports": "report_sums",
}
ON_REQUEST = {
    "look-up": "central_look_up",
    "ingest": "central_ingest",
    "redeem": "central_redeem_race",
}
"""Of the central service: measured when named, since they start PostgreSQL and fill it with millions of members."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to measure and where to write it."""
    parser.add_argument(
        "metric", nargs="*", help=f"which (default: {', '.join(METRICS)}); also {', '.join(ON_REQUEST)}"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    parser.add_argument("--quick", action="store_true", help="fewer samples: a look, not a figure to publish")


def main(args: argparse.Namespace) -> int:
    """Measure; the status is 1 when a metric could not be measured. A goal not met is a figure, not a failure."""
    modules = METRICS | ON_REQUEST
    unknown = [name for name in args.metric if name not in modules]
    if unknown:
        print(f"No such metric: {', '.join(unknown)}. There are: {', '.join(modules)}.", file=sys.stderr)
        return 2
    rows: list[Measured] = []
    failed: list[str] = []
    for name in args.metric or METRICS:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        try:
            module = importlib.import_module(f"bench.metrics.{modules[name]}")
            rows += module.measure(Effort(args.quick))
        except Exception:  # noqa: BLE001 - one metric that cannot be measured must not hide the others
            traceback.print_exc()
            failed.append(name)
    print(as_text(rows))
    if failed:
        print(f"\nNot measured, for the reasons above: {', '.join(failed)}")
    if args.json:
        args.json.write_text(as_json(rows) + "\n", encoding="utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__, allow_abbrev=False)
    add_arguments(parser)
    sys.exit(main(parser.parse_args()))
