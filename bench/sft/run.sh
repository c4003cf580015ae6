#!/usr/bin/env bash
# Runs both sides of the SFT benchmark in turn (A B A B …) and prints medians and ratios.
#
# usage: HONE_CMD='…' PEER_PYTHON=VENV/bin/python run.sh PREPARED_DIR RESULTS_DIR [ROUNDS]
#
#   HONE_CMD       our side: a command line in which {model}, {rows}, {steps}, {batch}, {max_length} and {threads} are replaced; its last line of
#                  output is JSON with at least tokens_per_s and peak_rss_mib. Left empty, the peer runs alone.
#   PEER_PYTHON    the python of the peer's environment. Left empty, our side runs alone.
#   BENCH_MODELS   default "qwen10m llama125m"          BENCH_MODES    peer.py's modes, default "defaults tuned"
#   BENCH_STEPS    default 12                           BENCH_THREADS  default 2
#   BENCH_BATCH    rows of a step, default 8            BENCH_LENGTH   longest row in tokens, default 512
#   BENCH_OPTIONS  further options of peer.py
set -euo pipefail
if [ $# -lt 2 ]; then sed -n '2,14s/^# \{0,1\}//p' "$0" >&2; exit 2; fi
data="$1" results="$2" rounds="${3:-3}"
here="$(cd "$(dirname "$0")" && pwd)"
hone="${HONE_CMD:-}" python="${PEER_PYTHON:-}"
steps="${BENCH_STEPS:-12}" batch="${BENCH_BATCH:-8}" length="${BENCH_LENGTH:-512}"
export BENCH_THREADS="${BENCH_THREADS:-2}" OMP_NUM_THREADS="${BENCH_THREADS:-2}"
if [ -z "$hone$python" ]; then echo "neither HONE_CMD nor PEER_PYTHON is set: there is nothing to run" >&2; exit 2; fi
mkdir -p "$results"
lines="$results/sft.jsonl" errors="$results/sft.log"
: > "$lines"; : > "$errors"

# record SIDE MODEL MODE ROUND COMMAND…: runs the command and keeps its last line, labelled, with the machine's load before it
record() {
  local label="$1 $2 $3, round $4" load line
  local head="\"side\": \"$1\", \"model\": \"$2\", \"mode\": \"$3\", \"round\": $4"
  shift 4
  load="$(cut -d' ' -f1 /proc/loadavg 2>/dev/null || echo null)"
  echo "== $label: $*" >> "$errors"
  if ! line="$("$@" 2>> "$errors" | tail -n 1)" || [ "${line:0:1}" != "{" ]; then
    echo "$label failed; its output is in $errors" >&2; exit 1
  fi
  echo "{$head, \"load_before\": $load, \"result\": $line}" >> "$lines"
  echo "$label: $(echo "$line" | grep -o '"tokens_per_s": *[0-9.]*') (load before: $load)" >&2
}

ours() {
  local filled="$hone"
  filled="${filled//\{model\}/$data/$1}" filled="${filled//\{rows\}/$data/gsm8k_sft.jsonl}" filled="${filled//\{steps\}/$steps}"
  filled="${filled//\{batch\}/$batch}" filled="${filled//\{max_length\}/$length}" filled="${filled//\{threads\}/$BENCH_THREADS}"
  record hone "$1" hone "$2" bash -c "$filled"
}

# The packed modes choose their own micro-batches, so that a step holds about as many tokens as BENCH_BATCH padded rows do.
theirs() {
  local rows=(--batch "$batch")
  case "$2" in packed*|tuned|compiled) rows=() ;; esac
  record trl "$1" "$2" "$3" "$python" "$here/peer.py" "$data/$1" "$data/gsm8k_sft.jsonl" --mode "$2" --steps "$steps" --max-length "$length" \
    "${rows[@]}" ${BENCH_OPTIONS:-}
}

for model in ${BENCH_MODELS:-qwen10m llama125m}; do
  for round in $(seq "$rounds"); do
    if [ -z "$python" ]; then ours "$model" "$round"; continue; fi
    for mode in ${BENCH_MODES:-defaults tuned}; do
      if [ -n "$hone" ]; then ours "$model" "$round"; fi
      theirs "$model" "$mode" "$round"
    done
  done
done
"${python:-python3}" "$here/summarise.py" "$lines"
