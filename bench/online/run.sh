#!/usr/bin/env bash
# Runs both sides of the GRPO and RLOO benchmarks in turn (A B A B …) and prints medians and ratios.
#
# usage: HONE_CMD='…' PEER_PYTHON=VENV/bin/python run.sh PREPARED_DIR RESULTS_DIR [ROUNDS]
#
#   HONE_CMD       our side: a command line of OnlineBench in which {method} (grpo or rloo), {model}, {prompts}, {steps}, {new} (longest answer),
#                  {least} (shortest answer) and {threads} are replaced; its last line of output is JSON with at least steps_per_s and
#                  peak_rss_mib. A step has 16 answers, 4 to a prompt. Left empty, the peer runs alone.
#   PEER_PYTHON    the python of the peer's environment. Left empty, our side runs alone.
#   BENCH_METHODS  default "grpo rloo"
#   BENCH_CASES    default "fixed mixed": 64 tokens answered by 64; 16 to 256 tokens answered by up to 256, ends drawn by the model
#   BENCH_MODELS   default "qwen10m llama125m"          BENCH_MODES    peer.py's modes, default "defaults fp32"
#   BENCH_STEPS    default 6                            BENCH_THREADS  default 2
set -euo pipefail
if [ $# -lt 2 ]; then sed -n '2,15s/^# \{0,1\}//p' "$0" >&2; exit 2; fi
data="$1" results="$2" rounds="${3:-3}"
here="$(cd "$(dirname "$0")" && pwd)"
BENCH_STEPS="${BENCH_STEPS:-6}" BENCH_MODES="${BENCH_MODES:-defaults fp32}"
. "$here/../turns.sh"

ours() {
  record hone "$1" hone "$2" bash -c "$(filled method "$method" model "$data/$1" prompts "$prompts" steps "$steps" new "$new" least "$least" \
    threads "$BENCH_THREADS")"
}

theirs() {
  record trl "$1" "$2" "$3" "$python" "$here/peer.py" "$data/$1" "$prompts" --method "$method" --mode "$2" --steps "$steps" --new "$new" $drawn
}

for method in ${BENCH_METHODS:-grpo rloo}; do
  for kind in ${BENCH_CASES:-fixed mixed}; do
    prompts="$data/online/$kind.jsonl"
    if [ "$kind" = fixed ]; then new=64 least=64 drawn=""; else new=256 least=0 drawn="--drawn"; fi
    echo; echo "$method, $kind"; echo
    turns "$method-$kind" steps_per_s
  done
done
