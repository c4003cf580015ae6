"""The peer's side of the DPO and reward-model benchmarks: a few steps of TRL's trainer, reported as one JSON line.

peer.py MODEL_DIR PAIRS.jsonl --method dpo|reward --mode defaults|tuned|... --steps N [--batch 8] [--max-length 512]

A mode is a set of the settings below; each can be given by itself as well.
  defaults     what TRL does when told nothing: float32 weights under bf16 autocast, gradient checkpointing; DPO computes its reference in every step
  fp32         float32 throughout, no gradient checkpointing
  autocast     bf16 autocast, no gradient checkpointing
  precomputed  autocast, with DPO's reference computed once before training
  tuned        precomputed with weights and optimizer state in bf16, no autocast, and eager attention
TRL 1.13's DPOTrainer has no padding-free form (its setting warns and is ignored) and RewardTrainer none at all: rows are padded in every mode.
Pairs are read in the order of the file, steps × batch of them, so that both sides see the same batches.
pairs_per_s is the median over steps, without the first two, of pairs by wall time, from the beginning of one step to the beginning of the next.
Where the reference is computed before training, reference_s is what it took and pairs_per_s_with_reference spreads it over the steps, as a run
of one epoch pays for it.
"""
import argparse
import json
import os
import sys
import tempfile
import time
import warnings
from pathlib import Path

BASE = dict(bf16=True, dtype="float32", recompute=False, precompute=False, attention="sdpa", batch=8, accumulation=1)
PURE = dict(bf16=False, dtype="bfloat16")
MODES = {
    "defaults": BASE | dict(recompute=True),
    "fp32": BASE | dict(bf16=False),
    "autocast": BASE,
    "precomputed": BASE | dict(precompute=True),
    "tuned": BASE | PURE | dict(precompute=True, attention="eager"),
}
WARM_UP = 2
LEARNING_RATES = {"dpo": 1e-6, "reward": 1e-4}


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("pairs")
    parser.add_argument("--method", choices=LEARNING_RATES, required=True)
    parser.add_argument("--mode", choices=MODES, default="defaults")
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--batch", type=int, help="pairs of a micro-batch (8)")
    parser.add_argument("--accumulation", type=int, help="micro-batches of a step (1)")
    parser.add_argument("--max-length", type=int, default=512, help="longest prompt with answer, in tokens")
    parser.add_argument("--learning-rate", type=float, help="constant over the run; TRL's own default of the method if left out")
    parser.add_argument("--attention", choices=["sdpa", "eager"])
    parser.add_argument("--peft", action="store_true", help="train a LoRA adapter of PEFT's instead of the model: rank 16, alpha 32, all linear projections")
    parser.add_argument("--threads", type=int, default=int(os.environ.get("BENCH_THREADS", "2")))
    given = parser.parse_args()
    if given.steps <= WARM_UP:
        parser.error(f"--steps {given.steps}: the first {WARM_UP} are not counted, give at least {WARM_UP + 1}")
    named = {k: v for k, v in vars(given).items() if v is not None}
    return argparse.Namespace(**({"learning_rate": LEARNING_RATES[given.method]} | MODES[given.mode] | named))


run = parse()
os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false", CUDA_VISIBLE_DEVICES="", TQDM_DISABLE="1", OMP_NUM_THREADS=str(run.threads))
warnings.filterwarnings("ignore")

import torch  # noqa: E402

torch.set_num_threads(run.threads)

import transformers as hf  # noqa: E402
from datasets import Dataset, disable_progress_bars  # noqa: E402
from trl import DPOConfig, DPOTrainer, RewardConfig, RewardTrainer  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from meter import Meter, counting  # noqa: E402

if run.peft:
    import peft

hf.logging.set_verbosity_error()
disable_progress_bars()
reference_s = 0.0


class TimedDPOTrainer(DPOTrainer):
    """TRL's trainer, which also notes how long the reference took where it is computed before training."""

    def compute_ref_log_probs(self, *args, **kwargs):
        global reference_s
        began = time.perf_counter()
        result = super().compute_ref_log_probs(*args, **kwargs)
        reference_s += time.perf_counter() - began
        return result


def settings():
    shared = dict(
        output_dir=tempfile.mkdtemp(), max_steps=run.steps, logging_steps=1, save_strategy="no", report_to="none", disable_tqdm=True,
        use_cpu=True, dataloader_pin_memory=False, learning_rate=run.learning_rate, lr_scheduler_type="constant",
        per_device_train_batch_size=run.batch, gradient_accumulation_steps=run.accumulation, max_length=run.max_length,
        bf16=run.bf16, gradient_checkpointing=run.recompute, train_sampling_strategy="sequential",
        model_init_kwargs=dict(dtype=run.dtype, attn_implementation=run.attention))
    return DPOConfig(**shared, precompute_ref_log_probs=run.precompute) if run.method == "dpo" else RewardConfig(**shared)


def adapter():
    """What Hone's --train_mode lora trains: every projection of the layers, not the head; no dropout."""
    kind = "CAUSAL_LM" if run.method == "dpo" else "SEQ_CLS"
    return {"peft_config": peft.LoraConfig(r=16, lora_alpha=32, target_modules="all-linear", task_type=kind)} if run.peft else {}


def read_pairs():
    wanted = run.steps * run.batch * run.accumulation
    with open(run.pairs, encoding="utf-8") as lines:
        pairs = [json.loads(line) for line, _ in zip(lines, range(wanted))]
    if len(pairs) < wanted:
        sys.exit(f"{run.pairs} has {len(pairs)} pairs; {run.steps} steps of {wanted // run.steps} need {wanted}. Ask for fewer steps.")
    return Dataset.from_list(pairs)


def speed():
    pairs = run.batch * run.accumulation
    found = {"pairs_per_s": round(pairs / meter.step_s(), 3)}
    if reference_s:
        found["pairs_per_s_with_reference"] = round(pairs / (meter.step_s() + reference_s / run.steps), 3)
        found["reference_s"] = round(reference_s, 3)
    return found


def trained(model):
    return {"parameters": model.num_parameters(), "trained": sum(p.numel() for p in model.parameters() if p.requires_grad)}


def report(trainer):
    config = trainer.args
    return {
        "side": "trl", "case": run.method, "model": Path(run.model).name, "mode": run.mode,
        **trained(trainer.model), **speed(), **meter.summary(),
        "settings": {
            "bf16_autocast": config.bf16, "weights": run.dtype, "gradient_checkpointing": config.gradient_checkpointing,
            "reference": None if run.method == "reward" else "before training" if run.precompute else "in every step",
            "attention": trainer.model.config._attn_implementation, "optimizer": str(config.optim.value),
            "batch": run.batch, "accumulation": run.accumulation, "max_length": run.max_length, "learning_rate": run.learning_rate},
        **meter.series(),
    }


pairs = read_pairs()
tokenizer = hf.AutoTokenizer.from_pretrained(run.model)
meter = Meter(tokenizer.pad_token_id)
kind = counting(TimedDPOTrainer if run.method == "dpo" else RewardTrainer, meter)
trainer = kind(model=run.model, args=settings(), train_dataset=pairs, processing_class=tokenizer, callbacks=[meter], **adapter())
left = len(pairs) - len(trainer.train_dataset)
if left:
    sys.exit(f"TRL leaves out {left} of {len(pairs)} pairs at --max-length {run.max_length}: make the pairs with prepare.py --max-length {run.max_length}.")
trainer.remove_callback(hf.PrinterCallback)
trainer.train()
print(json.dumps(report(trainer)), flush=True)
