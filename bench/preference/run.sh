#!/usr/bin/env bash
# Runs both sides of the DPO and reward-model benchmarks in turn (A B A B …) and prints medians and ratios.
#
# usage: HONE_CMD='…' PEER_PYTHON=VENV/bin/python run.sh PREPARED_DIR RESULTS_DIR [ROUNDS]
#
#   HONE_CMD       our side: a command line in which {method} (dpo or reward), {model}, {pairs}, {steps}, {batch}, {max_length} and {threads} are
#                  replaced; its last line of output is JSON with at least pairs_per_s and peak_rss_mib. Left empty, the peer runs alone.
#   PEER_PYTHON    the python of the peer's environment. Left empty, our side runs alone.
#   BENCH_METHODS  default "dpo reward"
#   BENCH_MODELS   default "qwen10m llama125m"          BENCH_MODES    peer.py's modes, default "defaults tuned"
#   BENCH_STEPS    default 12                           BENCH_THREADS  default 2
#   BENCH_BATCH    pairs of a step, default 8           BENCH_LENGTH   longest row in tokens, default 512
#   BENCH_OPTIONS  further options of peer.py
set -euo pipefail
if [ $# -lt 2 ]; then sed -n '2,15s/^# \{0,1\}//p' "$0" >&2; exit 2; fi
data="$1" results="$2" rounds="${3:-3}"
here="$(cd "$(dirname "$0")" && pwd)"
. "$here/../turns.sh"
pairs="$data/preference/hh_pairs.jsonl"

ours() {
  record hone "$1" hone "$2" bash -c "$(filled method "$method" model "$data/$1" pairs "$pairs" steps "$steps" batch "$batch" \
    max_length "$length" threads "$BENCH_THREADS")"
}

theirs() {
  record trl "$1" "$2" "$3" "$python" "$here/peer.py" "$data/$1" "$pairs" --method "$method" --mode "$2" --steps "$steps" --batch "$batch" \
    --max-length "$length" ${BENCH_OPTIONS:-}
}

for method in ${BENCH_METHODS:-dpo reward}; do
  echo; echo "$method"; echo
  turns "$method" pairs_per_s
done
