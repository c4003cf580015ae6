"""Medians and ratios of what a run.sh recorded: summarise.py RUNS.jsonl [tokens_per_s|pairs_per_s] (standard library only)"""
import collections
import json
import statistics
import sys


def read(path):
    runs = collections.defaultdict(list)
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            run = json.loads(line)
            runs[run["model"], run["side"], run["mode"]].append(run["result"] | {"load_before": run["load_before"]})
    return runs


def median(results, key):
    return statistics.median(result[key] for result in results)


def shown(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def spread(results, unit):
    values = [result[unit] for result in results]
    return f"{shown(min(values))}–{shown(max(values))}"


def ratio(value, base):
    return f"{value / base:.2f}" if base else "-"


def row(case, results, ours, unit):
    speed, memory = median(results, unit), median(results, "peak_rss_mib")
    compared = [ratio(median(ours, unit), speed), ratio(median(ours, "peak_rss_mib"), memory)] if ours and ours is not results else ["", ""]
    loads = [result["load_before"] for result in results if result["load_before"] is not None]
    return [*case, str(len(results)), shown(speed), spread(results, unit), f"{memory:,.0f}", *compared, f"{max(loads):.1f}" if loads else "?"]


def main(path, unit="tokens_per_s"):
    runs = read(path)
    print(f"| model | side | mode | runs | {unit.replace('_per_', '/')} | range | peak MiB | Hone/TRL speed | Hone/TRL memory | highest load before |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for case, results in runs.items():
        print("| " + " | ".join(row(case, results, runs.get((case[0], "hone", "hone")), unit)) + " |")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(*sys.argv[1:])
