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
. "$here/../turns.sh"

ours() {
  record hone "$1" hone "$2" bash -c "$(filled model "$data/$1" rows "$data/gsm8k_sft.jsonl" steps "$steps" batch "$batch" \
    max_length "$length" threads "$BENCH_THREADS")"
}

# The packed modes choose their own micro-batches, so that a step holds about as many tokens as BENCH_BATCH padded rows do.
theirs() {
  local rows=(--batch "$batch")
  case "$2" in packed*|tuned|compiled) rows=() ;; esac
  record trl "$1" "$2" "$3" "$python" "$here/peer.py" "$data/$1" "$data/gsm8k_sft.jsonl" --mode "$2" --steps "$steps" --max-length "$length" \
    "${rows[@]}" ${BENCH_OPTIONS:-}
}

turns sft tokens_per_s
