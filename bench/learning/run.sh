#!/usr/bin/env bash
# Lets methods that learn from rewards learn three tasks with five seeds each, and writes tables and curves.
#
# usage: run.sh WORK RT_POLARITY_DIR OUT [TASK/METHOD …]
#
#   WORK               folder of models and runs; what is finished there is not run again
#   RT_POLARITY_DIR    holds rt-polarity.pos and rt-polarity.neg (Pang and Lee's sentence polarity data v1.0)
#   OUT                gets learning.md and learning-TASK.svg
#   TASK/METHOD        such as numbers/ppo; none = all of Studies.java
#   JAVA               default java (a JDK 25)
#
# Build first: ./mvnw -q -DskipTests package
set -euo pipefail
if [ $# -lt 3 ]; then sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 2; fi
work="$1" data="$2" out="$3"
shift 3
root="$(cd "$(dirname "$0")/../.." && pwd)"
study() {
  OMP_NUM_THREADS=1 "${JAVA:-java}" -Xmx900m -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED --add-modules=jdk.incubator.vector \
    -cp "$root/bench/target/classes:$(cat "$root/cli/target/classpath")" dev.hone.bench.learning.LearningStudy "$@"
}
study run "$work" "$data" "$@"
study report "$work" "$data" "$out"
