#!/usr/bin/env bash
# Runs both sides of the generation benchmark in turn (A B A B …) and prints medians and ratios.
#
# usage: HONE_CMD='…' PEER_PYTHON=VENV/bin/python run.sh PREPARED_DIR RESULTS_DIR [ROUNDS]
#
#   HONE_CMD       our side: a command line in which {model}, {prompts} and {repeats} are replaced (GenerationBench's arguments); its last
#                  line of output is JSON with at least tokens_per_s and peak_rss_mib. Left empty, the peer runs alone.
#   PEER_PYTHON    the python of the peer's environment. Left empty, our side runs alone.
#   BENCH_MODELS   default "qwen10m llama125m"          BENCH_MODES    peer.py's modes, default "dynamic"
#   BENCH_SIZES    prompts of a call, default "16 64"   BENCH_THREADS  default 2
#   BENCH_ENDS     "fixed" = all completions have BENCH_NEW tokens, "drawn" = the model ends them after 48 on average; default "fixed drawn"
#   BENCH_NEW      max_new_tokens, default 128          BENCH_REPEATS  measured calls in each process, default 3
set -euo pipefail
if [ $# -lt 2 ]; then sed -n '2,15s/^# \{0,1\}//p' "$0" >&2; exit 2; fi
data="$1" results="$2" rounds="${3:-3}"
here="$(cd "$(dirname "$0")" && pwd)"
. "$here/../turns.sh"
repeats="${BENCH_REPEATS:-3}"
mkdir -p "$results"

prompts() {
  "${python:-python3}" "$here/prompts.py" --model "$data/$1" --prompts "$size" --new "${BENCH_NEW:-128}" --ends "$mean" --out "$results/prompts-$1-$case.json"
  echo "$results/prompts-$1-$case.json"
}

ours() { record hone "$1" hone "$2" bash -c "$(filled model "$data/$1" prompts "$(prompts "$1")" repeats "$repeats")"; }

theirs() { record transformers "$1" "$2" "$3" "$python" "$here/peer.py" "$data/$1" "$(prompts "$1")" --mode "$2" --rounds "$repeats"; }

BENCH_MODES="${BENCH_MODES:-dynamic}"
for size in ${BENCH_SIZES:-16 64}; do
  for ends in ${BENCH_ENDS:-fixed drawn}; do
    mean=0
    if [ "$ends" = drawn ]; then mean=48; fi
    case="generation-$size-$ends"
    echo; echo "$size prompts of 16 to 256 tokens, $ends ends"; echo
    turns "$case" tokens_per_s
  done
done
