# What the run.sh of the benchmarks share; sourced. They give the functions
#   ours MODEL ROUND          runs Hone once             theirs MODEL MODE ROUND     runs the peer once
# both through record, and call `turns NAME UNIT`, which runs them in turn (A B A B …) and prints medians and ratios.
bench="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
hone="${HONE_CMD:-}" python="${PEER_PYTHON:-}"
steps="${BENCH_STEPS:-12}" batch="${BENCH_BATCH:-8}" length="${BENCH_LENGTH:-512}"
export BENCH_THREADS="${BENCH_THREADS:-2}" OMP_NUM_THREADS="${BENCH_THREADS:-2}"
if [ -z "$hone$python" ]; then echo "neither HONE_CMD nor PEER_PYTHON is set: there is nothing to run" >&2; exit 2; fi

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
  echo "$label: $(echo "$line" | grep -o "\"$unit\": *[0-9.]*") (load before: $load)" >&2
}

# filled NAME VALUE NAME VALUE …: HONE_CMD with every {NAME} replaced
filled() {
  local text="$hone"
  while [ $# -gt 0 ]; do text=${text//"{$1}"/"$2"}; shift 2; done
  printf '%s\n' "$text"
}

# turns NAME UNIT: all models, rounds and modes into $results/NAME.jsonl, and the table of what UNIT (a key of the results) came to
turns() {
  unit="$2" lines="$results/$1.jsonl" errors="$results/$1.log"
  mkdir -p "$results"
  : > "$lines"; : > "$errors"
  local model round mode
  for model in ${BENCH_MODELS:-qwen10m llama125m}; do
    for round in $(seq "$rounds"); do
      if [ -z "$python" ]; then ours "$model" "$round"; continue; fi
      for mode in ${BENCH_MODES:-defaults tuned}; do
        if [ -n "$hone" ]; then ours "$model" "$round"; fi
        theirs "$model" "$mode" "$round"
      done
    done
  done
  "${python:-python3}" "$bench/summarise.py" "$lines" "$unit"
}
