"""The peer's side of the benchmark of learning from rewards: a few steps of TRL's trainer, reported as one JSON line.

peer.py MODEL_DIR PROMPTS.jsonl --method grpo|rloo --mode defaults|fp32 --steps N [--new 64] [--drawn]

  defaults   what TRL does when told nothing: float32 weights under bf16 autocast, gradient checkpointing
  fp32       float32 throughout, no gradient checkpointing
A step answers 4 prompts 4 times and learns from the 16 answers once. Without --drawn every answer has exactly --new tokens, with it at most so
many, and the model draws its end. The reward, the share of even token ids, costs nothing. A step lasts from its beginning to the beginning of
the next, generation included; the first two are not counted.
"""
import argparse
import json
import os
import resource
import statistics
import sys
import tempfile
import time
import warnings
from importlib.metadata import version
from pathlib import Path

MODES = {"defaults": dict(bf16=True, gradient_checkpointing=True), "fp32": dict(bf16=False, gradient_checkpointing=False)}
WARM_UP = 2
PROMPTS, ANSWERS = 4, 4

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("model")
parser.add_argument("prompts")
parser.add_argument("--method", choices=["grpo", "rloo"], required=True)
parser.add_argument("--mode", choices=MODES, default="defaults")
parser.add_argument("--steps", type=int, default=6)
parser.add_argument("--new", type=int, default=64, help="tokens of an answer, at most")
parser.add_argument("--drawn", action="store_true", help="answers end where the model ends them")
parser.add_argument("--threads", type=int, default=int(os.environ.get("BENCH_THREADS", "2")))
run = parser.parse_args()
if run.steps <= WARM_UP:
    parser.error(f"--steps {run.steps}: the first {WARM_UP} are not counted, give at least {WARM_UP + 1}")
os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false", CUDA_VISIBLE_DEVICES="", TQDM_DISABLE="1", OMP_NUM_THREADS=str(run.threads))
warnings.filterwarnings("ignore")

import torch  # noqa: E402

torch.set_num_threads(run.threads)

import transformers as hf  # noqa: E402
from datasets import Dataset, disable_progress_bars  # noqa: E402
from trl import GRPOConfig, GRPOTrainer, RLOOConfig, RLOOTrainer  # noqa: E402

hf.logging.set_verbosity_error()
disable_progress_bars()


def even(completion_ids, **kwargs):
    return [sum(token % 2 == 0 for token in ids) / max(1, len(ids)) for ids in completion_ids]


class Clock(hf.TrainerCallback):
    """When each step began, and how long its answers were."""

    def __init__(self):
        self.began, self.lengths = [], []

    def on_step_begin(self, *args, **kwargs):
        self.began.append(time.perf_counter())

    def on_train_end(self, *args, **kwargs):
        self.began.append(time.perf_counter())

    def on_log(self, args, state, control, logs=None, **kwargs):
        if logs and "completions/mean_length" in logs:
            self.lengths.append(float(logs["completions/mean_length"]))


with open(run.prompts, encoding="utf-8") as lines:
    rows = [json.loads(line) for line, _ in zip(lines, range(run.steps * PROMPTS))]
if len(rows) < run.steps * PROMPTS:
    sys.exit(f"{run.prompts} has {len(rows)} prompts; {run.steps} steps need {run.steps * PROMPTS}")
tokenizer = hf.AutoTokenizer.from_pretrained(run.model)
config = {"grpo": GRPOConfig, "rloo": RLOOConfig}[run.method]
least = {} if run.drawn else {"generation_kwargs": {"min_new_tokens": run.new}}
args = config(
    output_dir=tempfile.mkdtemp(), max_steps=run.steps, logging_steps=1, save_strategy="no", report_to="none", disable_tqdm=True, use_cpu=True,
    dataloader_pin_memory=False, lr_scheduler_type="constant", per_device_train_batch_size=PROMPTS * ANSWERS, num_generations=ANSWERS,
    max_completion_length=run.new, shuffle_dataset=False, model_init_kwargs=dict(dtype="float32"), **least, **MODES[run.mode])
clock = Clock()
trainer = {"grpo": GRPOTrainer, "rloo": RLOOTrainer}[run.method](
    model=run.model, args=args, train_dataset=Dataset.from_list(rows), processing_class=tokenizer, reward_funcs=even, callbacks=[clock])
trainer.remove_callback(hf.PrinterCallback)
trainer.train()
seconds = [b - a for a, b in zip(clock.began, clock.began[1:])]
step = statistics.median(seconds[WARM_UP:])
print(json.dumps({
    "side": "trl", "case": run.method, "model": Path(run.model).name, "mode": run.mode, "steps": run.steps, "steps_per_s": round(1 / step, 4),
    "step_s": round(step, 3), "new_tokens": round(statistics.median(clock.lengths[WARM_UP:]), 1),
    "peak_rss_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024), "threads": torch.get_num_threads(),
    "seconds": [round(s, 3) for s in seconds], "lengths": clock.lengths,
    "versions": {name: version(name) for name in ("torch", "trl", "transformers", "accelerate")}}), flush=True)
