"""`python -m bench run --size small|ci|full [--only CASE …]`, `… growth [--only CASE …]`, `… explain`, `… load`,
`… compare A B`."""

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench import explaining, gates, growth, machine, report, sizes
from bench.cases import CASES
from bench.gates import Verdict
from bench.load import running, said
from bench.rounds import LeftOut, Measured, measure
from bench.seed import making
from bench.stage import set_up
from glacier.runner.bootstrap import Trouble
from glacier.runner.supervisor import Stopped, stop_on_signals


def arguments(given: Sequence[str]) -> argparse.Namespace:
    """What is asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="measure, and fail where a gate is not met")
    explain = commands.add_parser("explain", help="every statement of reading, and what it looks at")
    for command in (run, explain):
        command.add_argument("--size", choices=sorted(sizes.SIZES), default="ci")
        command.add_argument("--needs", type=int, help="fewer needs than the size has, for a try")
        command.add_argument("--fresh", action="store_true", help="seed anew")
    run.add_argument("--gates", type=Path, default=gates.HERE, help="another file of gates")
    run.add_argument("--use-up", action="store_true", help="work on the seed itself, where the disk is small")
    grow = commands.add_parser("growth", help="our work on ever more needs, and fail where it grows too far")
    grow.add_argument("--needs", type=int, nargs="+", default=growth.NEEDS, help="the sizes to compare")
    for command in (run, grow, explain):
        command.add_argument(
            "--kept", action="store_true", help="a kept seed will do, though the code has changed"
        )
    for command in (run, grow):
        command.add_argument("--only", nargs="+", choices=list(CASES), metavar="CASE", help=", ".join(CASES))
        command.add_argument("--rounds", type=int, default=5)
        command.add_argument(
            "--clock", choices=["auto", "wall", "cpu"], default="auto", help="cpu where others compute"
        )
    _load_arguments(commands)
    compare = commands.add_parser("compare", help="two kept runs side by side")
    compare.add_argument("runs", nargs=2, type=Path, metavar="RUN")
    return parser.parse_args(given)


def _load_arguments(commands: Any) -> None:
    load = commands.add_parser(
        "load", help="ten times what the machine carries; fail where a gate is not met"
    )
    load.add_argument("--size", choices=sorted(sizes.SIZES), default="ci")
    load.add_argument("--seconds", type=float, default=120)
    load.add_argument("--factor", type=float, default=10)
    load.add_argument("--kills", type=int, default=0, help="kill so many processes meanwhile with -9")
    load.add_argument("--approvals", type=int, default=0, help="go on until so many are approved")
    load.add_argument("--needs", type=int, help="fewer needs than the size has, for a try")
    load.add_argument("--gates", type=Path, default=gates.HERE, help="another file of gates")
    load.add_argument("--kept", action="store_true", help="a kept seed will do, though the code has changed")
    load.add_argument("--fresh", action="store_true", help="seed anew")


def run(asked: argparse.Namespace) -> int:
    """Measure all cases asked for; 1 where a gate is not met."""
    begun, size = time.monotonic(), sizes.chosen(asked.size, asked.needs)
    measured: list[Measured] = []
    verdicts: list[Verdict] = []
    with set_up(size, asked.rounds) as stage:
        making.ensure(stage, fresh=asked.fresh, kept=asked.kept, use_up=asked.use_up)
        card = machine.card(stage)
        cpu = _clock(asked, card)
        for name in _names(asked):
            started = time.perf_counter()
            try:
                case = CASES[name](stage)
                ready = time.perf_counter() - started
                measured.append(measure(case, asked.rounds, cpu=cpu))
            except LeftOut as sentence:
                print(f"\n{name} is left out: {sentence}", flush=True)
                continue
            measured[-1].lasted["setup"] = ready
            said = gates.verdicts(measured[-1], asked.size, asked.gates)
            verdicts += said
            print("\n".join(report.case_lines(measured[-1], said)), flush=True)
        card["load"] += " before, {:.1f} {:.1f} {:.1f} after".format(*os.getloadavg())
        kept = report.store(stage.folder / "results", asked.size, report.stored(card, asked.size, measured))
    failed = [verdict for verdict in verdicts if not verdict.met]
    print(f"\nload {card['load']}; {time.monotonic() - begun:.0f} s; kept as {kept}")
    for verdict in failed:
        print(
            f"NOT MET: {verdict.case} against {verdict.against}: {verdict.reached:.3g}, not {verdict.bound:g}"
        )
    return 1 if failed else 0


def grow(asked: argparse.Namespace) -> int:
    """Measure ours at all sizes; 1 where a case costs more on more needs than it may."""
    with (
        set_up(sizes.growing(asked.needs)[0], asked.rounds) as first,
        growth.stages(first, asked.needs, kept=asked.kept) as stages,
    ):
        cpu = _clock(asked, machine.card(first))
        names = [name for name in _names(asked) if name not in growth.LEFT_OUT]
        too_far = growth.report(stages, names, asked.rounds, cpu=cpu)
    print("\n".join(f"NOT MET: growth of {sentence}" for sentence in too_far))
    return 1 if too_far else 0


def _clock(asked: argparse.Namespace, card: dict[str, str]) -> bool:
    """Whether the processor's clock decides; prints the card of the machine, which says so."""
    cpu = asked.clock == "cpu" or (asked.clock == "auto" and machine.busy())
    card["clock"] = "processor seconds" if cpu else "wall"
    print("\n".join(f"{name:<16}{value}" for name, value in card.items()))
    return bool(cpu)


def _names(asked: argparse.Namespace) -> list[str]:
    return [name for name in CASES if not asked.only or name in asked.only]


def explain(asked: argparse.Namespace) -> int:
    """Look at every statement of reading; 1 where one looks too far."""
    with set_up(sizes.chosen(asked.size, asked.needs), rounds=1) as stage:
        making.ensure(stage, fresh=asked.fresh, kept=asked.kept)
        return explaining.explain(stage)


def load(asked: argparse.Namespace) -> int:
    """Ask for more than can be answered; 1 where a gate is not met."""
    with set_up(sizes.chosen(asked.size, asked.needs), durable=True) as stage:
        card = machine.card(stage)
        print("\n".join(f"{name:<16}{value}" for name, value in card.items()))
        course = running.run(stage, asked)
        print("\n".join(said.lines(course)))
        measured = Measured("load", "answers", {}, {}, {}, said.facts(course))
        verdicts = gates.verdicts(measured, asked.size, asked.gates)
        print("\n".join(report.case_lines(measured, verdicts)))
        kept = report.store(stage.folder / "results", "load", {"machine": card, **asdict(course)})
    print(f"\nload {card['load']} before, {os.getloadavg()[0]:.1f} after; kept as {kept}")
    return 1 if any(not verdict.met for verdict in verdicts) else 0


def main(given: Sequence[str]) -> int:
    """The exit code."""
    asked = arguments(given)
    if asked.command != "compare":
        return {"run": run, "growth": grow, "explain": explain, "load": load}[asked.command](asked)
    one, other = (json.loads(path.read_text()) for path in asked.runs)
    print("\n".join(report.compared(one, other)))
    return 0


if __name__ == "__main__":
    stop_on_signals()
    try:
        sys.exit(main(sys.argv[1:]))
    except Trouble as trouble:
        sys.exit(f"\n{trouble}")
    except Stopped:
        sys.exit("\nStopped.")
