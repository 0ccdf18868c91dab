"""What a run says: a line for each case and gate, and a file that two runs are compared by."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

from bench.gates import Verdict
from bench.rounds import OURS, Measured


def case_lines(measured: Measured, verdicts: Sequence[Verdict]) -> list[str]:
    """The case's rates and memory, then its ratios with their spread, each beside its gate."""
    lines = [f"\n{measured.case} ({measured.unit} a second; MB at most; [by the other clock])"]
    for name in measured.costs:
        memory = f"{measured.memory[name]:8.0f} MB" if measured.memory[name] else ""
        lines.append(f"  {name:<12}{figure(measured.rate(name)):>12}{memory}")
    bounds = {verdict.against: verdict for verdict in verdicts}
    for name in measured.costs:
        if name != OURS:
            lines.append("  " + _ratio_line(measured, name, bounds.get(name)))
    for name, value in measured.facts.items():
        verdict = bounds.get(name)
        side = "most" if verdict and verdict.at_most else "least"
        bound = f"  at {side} {verdict.bound:g}: {_said(verdict)}" if verdict else ""
        lines.append(f"  {name:<12}{figure(value):>12}{bound}")
    if measured.lasted:
        lines.append("  took " + ", ".join(f"{part} {s:.1f} s" for part, s in measured.lasted.items()))
    return lines


def _ratio_line(measured: Measured, name: str, verdict: Verdict | None) -> str:
    ratios = measured.ratios(name)
    text = f"ours / {name:<10} {figure(median(ratios)):>7}x ({figure(min(ratios))} to {figure(max(ratios))})"
    text += f" [{figure(median(measured.ratios(name, other=True)))}x]"
    if verdict is None:
        return text
    goal = f", goal {verdict.goal:g}" if verdict.goal != verdict.bound else ""
    return f"{text}  at least {verdict.bound:g}{goal}: {_said(verdict)}"


def _said(verdict: Verdict) -> str:
    return "met" if verdict.met else "NOT MET"


def figure(value: float) -> str:
    """Three figures, no more."""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 100 else f"{value:.3g}"


def stored(card: Mapping[str, str], size: str, measured: Sequence[Measured]) -> dict[str, Any]:
    """A run as it is kept."""
    return {"machine": dict(card), "size": size, "cases": {m.case: asdict(m) for m in measured}}


def store(folder: Path, size: str, content: Mapping[str, Any]) -> Path:
    """Write it under the next number."""
    number = 1 + max((int(p.stem.rpartition("-")[2]) for p in folder.glob(f"{size}-*.json")), default=0)
    path = folder / f"{size}-{number}.json"
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False))
    return path


def compared(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Two runs side by side: for each case the ratios of both, and how they moved."""
    lines = [f"{'case':<16}{'against':<12}{'A':>10}{'B':>10}{'B / A':>9}"]
    for case in one["cases"].keys() & other["cases"].keys():
        first, second = (Measured(**run["cases"][case]) for run in (one, other))
        for name in first.costs:
            if name == OURS or name not in second.costs:
                continue
            a, b = median(first.ratios(name)), median(second.ratios(name))
            lines.append(f"{case:<16}{name:<12}{figure(a):>10}{figure(b):>10}{b / a:>9.2f}")
    return [lines[0], *sorted(lines[1:])]
