#!/usr/bin/env bash
# LoRA in turn with TRL and PEFT, and with Hone's own full training: DPO on the pairs of the preference benchmark, rank 16, alpha 32, every
# projection of the layers, no dropout. Prints medians and ratios, then AdapterStudy's times of one forward and backward. About 5 minutes.
#
# usage: HONE_JAVA='java … -cp …' PEER_PYTHON=VENV/bin/python run.sh PREPARED_DIR RESULTS_DIR [ROUNDS]
#
#   HONE_JAVA      the JVM with its options and the class path of bench
#   PEER_PYTHON    the python of the peer's environment, with peft. Left empty, our side runs alone.
#   BENCH_MODELS   default "qwen10m llama125m"          BENCH_STEPS    default 8 and 3: the first two are not counted
#   BENCH_BATCH    pairs of a step, default 8 and 4     BENCH_LENGTH   longest row in tokens, default 512
#   BENCH_THREADS  default 2
set -euo pipefail
if [ $# -lt 2 ] || [ -z "${HONE_JAVA:-}" ]; then sed -n '2,12s/^# \{0,1\}//p' "$0" >&2; exit 2; fi
data="$1" results="$2" rounds="${3:-1}"
here="$(cd "$(dirname "$0")" && pwd)"
HONE_CMD="$HONE_JAVA dev.hone.bench.PreferenceBench dpo --model {model} --data {pairs} --out {out} --max_steps {steps} \
 --per_device_train_batch_size {batch} --max_length {max_length} --threads {threads} --learning_rate 1e-6 --lr_scheduler_type constant \
 --shuffle_dataset false --train_mode {mode}"
. "$here/../turns.sh"

size() { case "$1" in *10m) echo "${BENCH_STEPS:-8} ${BENCH_BATCH:-8}" ;; *) echo "${BENCH_STEPS:-3} ${BENCH_BATCH:-4}" ;; esac; }

# run MODEL MODE LABEL ROUND OPTIONS…
run() {
  record hone "$1" "$3" "$4" bash -c "$(filled model "$data/$1" pairs "$pairs" out "$results/run" steps "$steps" batch "$batch" \
    max_length "$length" threads "$BENCH_THREADS" mode "$2") ${*:5}"
}

unit=pairs_per_s lines="$results/adapters.jsonl" errors="$results/adapters.log" pairs="$results/pairs.jsonl"
mkdir -p "$results"
: > "$lines"; : > "$errors"
for model in ${BENCH_MODELS:-qwen10m llama125m}; do
  read -r steps batch < <(size "$model")
  head -n $((steps * batch)) "$data/preference/hh_pairs.jsonl" > "$pairs"
  for round in $(seq "$rounds"); do
    run "$model" lora hone "$round" --lora_dropout 0
    if [ -n "$python" ]; then
      record trl "$model" defaults+peft "$round" "$python" "$here/../preference/peer.py" "$data/$model" "$pairs" --method dpo --mode defaults \
        --peft --steps "$steps" --batch "$batch" --max-length "$length"
    fi
    run "$model" full full "$round"
  done
done
"${python:-python3}" "$bench/summarise.py" "$lines" "$unit"
echo
$HONE_JAVA dev.hone.bench.AdapterStudy time 2>> "$errors"
