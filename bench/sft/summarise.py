"""Medians and ratios of what run.sh recorded: summarise.py SFT.jsonl (standard library only)"""
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


def spread(results):
    values = [result["tokens_per_s"] for result in results]
    return f"{min(values):,.0f}–{max(values):,.0f}"


def ratio(value, base):
    return f"{value / base:.2f}" if base else "-"


def row(case, results, ours):
    speed, memory = median(results, "tokens_per_s"), median(results, "peak_rss_mib")
    compared = [ratio(median(ours, "tokens_per_s"), speed), ratio(median(ours, "peak_rss_mib"), memory)] if ours and ours is not results else ["", ""]
    loads = [result["load_before"] for result in results if result["load_before"] is not None]
    return [*case, str(len(results)), f"{speed:,.0f}", spread(results), f"{memory:,.0f}", *compared, f"{max(loads):.1f}" if loads else "?"]


def main(path):
    runs = read(path)
    print("| model | side | mode | runs | tokens/s | range | peak MiB | Hone/TRL speed | Hone/TRL memory | highest load before |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for case, results in runs.items():
        print("| " + " | ".join(row(case, results, runs.get((case[0], "hone", "hone")))) + " |")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
