#!/usr/bin/env bash
# hone plan beside the largest resident set of whole runs, each case in a process of its own; prints a table. 3 minutes on 2 cores for the 10 M
# cases, 15 for all.
#
# usage: HONE_JAVA='java … -cp …' run.sh PREPARED_DIR WORK_DIR [CASE…]
#
#   PREPARED_DIR   of the other benchmarks, with random-1b beside the models where the QLoRA cases are wanted:
#                  RandomModel PREPARED_DIR/random-1b hidden=2048 layers=16 heads=32 kv_heads=8 ffn=8192 vocabulary=32000, and qwen10m's tokenizer in it
#   WORK_DIR       data, logs and the models that the runs leave
#   CASE           names in ForecastStudy; all where none is given. ppo-125m needs reward-125m before it
set -euo pipefail
if [ $# -lt 2 ] || [ -z "${HONE_JAVA:-}" ]; then sed -n '2,10s/^# \{0,1\}//p' "$0" >&2; exit 2; fi
mkdir -p "$2"
$HONE_JAVA dev.hone.bench.ForecastStudy "$@" 2>> "$2/forecast.log"
