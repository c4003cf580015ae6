"""The peer's side of the SFT benchmark: a few steps of TRL's SFTTrainer, reported as one JSON line.

peer.py MODEL_DIR ROWS.jsonl --mode fp32|defaults|tuned|... --steps N [--batch 8] [--max-length 512]

A mode is a set of the settings below; each can be given by itself as well.
  defaults      what TRL does when told nothing: float32 weights under bf16 autocast, gradient checkpointing, padded rows
  fp32          float32 throughout, no gradient checkpointing, padded rows
  padded        bf16 autocast, no gradient checkpointing, padded rows
  grouped       padded, with rows of like length put into one batch (needs 50 steps to show a fair share of lengths)
  grouped_bf16  grouped with weights and optimizer state in bf16 and no autocast
  packed        bf16 autocast, no gradient checkpointing, best-fit-decreasing packing, micro-batches of one packed row
  packed_bf16   packed with weights and optimizer state in bf16 and no autocast
  tuned         the fastest that packs, without a compiler: packed_bf16
  compiled      packed_bf16 through torch.compile, packed rows filled up to their full length (needs a C++ compiler)
Rows are read in the order of the file, so that both sides see the same batches; --order random is TRL's own default.
tokens_per_s is the median over steps, without the first two, of the step's real tokens by its wall time, from the beginning of one
step to the beginning of the next. Real tokens are counted in what reaches the model: by the attention mask where there is
padding, all of a packed row where there is none.
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

BASE = dict(bf16=True, dtype="float32", recompute=False, packing=False, order="file", batch=8, accumulation=1, attention="sdpa",
            pad_to_multiple=None, compile=False)
PURE = dict(bf16=False, dtype="bfloat16")
PACKED = dict(packing=True, batch=1, accumulation=3)
MODES = {
    "defaults": BASE | dict(recompute=True),
    "fp32": BASE | dict(bf16=False),
    "padded": BASE,
    "grouped": BASE | dict(order="length", attention="eager"),
    "grouped_bf16": BASE | PURE | dict(order="length", attention="eager"),
    "packed": BASE | PACKED | dict(attention="eager"),
    "packed_bf16": BASE | PACKED | PURE | dict(attention="eager"),
    "tuned": BASE | PACKED | PURE | dict(attention="eager"),
    "compiled": BASE | PACKED | PURE | dict(attention="eager", compile=True, pad_to_multiple=512),
}
ORDERS = {"file": "sequential", "random": "random", "length": "group_by_length"}
WARM_UP = 2


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("rows")
    parser.add_argument("--mode", choices=MODES, default="defaults")
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--batch", type=int, help="rows, or packed rows, of a micro-batch (8; packed modes 1)")
    parser.add_argument("--accumulation", type=int, help="micro-batches of a step (1; packed modes 3)")
    parser.add_argument("--max-length", type=int, default=512, help="a row's, or packed row's, longest length in tokens")
    parser.add_argument("--learning-rate", type=float, default=2e-5, help="constant over the run")
    parser.add_argument("--order", choices=ORDERS)
    parser.add_argument("--attention", choices=["sdpa", "eager"])
    parser.add_argument("--loss", choices=["chunked_nll", "nll"], default="chunked_nll")
    parser.add_argument("--pad-to-multiple", type=int, help="TRL's pad_to_multiple_of; these tokens are not counted")
    parser.add_argument("--compile", action="store_true", default=None, help="torch.compile the model")
    parser.add_argument("--threads", type=int, default=int(os.environ.get("BENCH_THREADS", "2")))
    given = parser.parse_args()
    if given.steps <= WARM_UP:
        parser.error(f"--steps {given.steps}: the first {WARM_UP} are not counted, give at least {WARM_UP + 1}")
    named = {k: v for k, v in vars(given).items() if v is not None}
    return argparse.Namespace(**(MODES[given.mode] | named))


run = parse()
os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false", CUDA_VISIBLE_DEVICES="", OMP_NUM_THREADS=str(run.threads))
warnings.filterwarnings("ignore")

import torch  # noqa: E402

torch.set_num_threads(run.threads)

import transformers as hf  # noqa: E402
from datasets import Dataset, disable_progress_bars  # noqa: E402
from trl import SFTConfig, SFTTrainer  # noqa: E402

hf.logging.set_verbosity_error()
disable_progress_bars()


class CountingTrainer(SFTTrainer):
    """TRL's trainer, which also notes the real tokens of each micro-batch."""

    def training_step(self, model, inputs, *args, **kwargs):
        meter.count(inputs)
        return super().training_step(model, inputs, *args, **kwargs)


class Meter(hf.TrainerCallback):
    """When each step began, the real tokens and positions that it held, and its loss."""

    def __init__(self, pad):
        self.pad, self.began, self.busy, self.tokens, self.positions, self.loss = pad, [], [], [], [], []

    def on_step_begin(self, *args, **kwargs):
        self.mark()
        self.tokens.append(0)
        self.positions.append(0)

    def mark(self):
        self.began.append(time.perf_counter())
        self.busy.append(time.process_time())

    def on_train_end(self, *args, **kwargs):
        self.mark()

    def on_log(self, args, state, control, logs=None, **kwargs):
        if logs and "loss" in logs:
            self.loss.append(round(float(logs["loss"]), 4))

    def count(self, inputs):
        ids, mask = inputs["input_ids"], inputs.get("attention_mask")
        self.tokens[-1] += int(mask.sum()) if mask is not None else int((ids != self.pad).sum())
        self.positions[-1] += ids.numel()


def settings():
    return SFTConfig(
        output_dir=tempfile.mkdtemp(), max_steps=run.steps, logging_steps=1, save_strategy="no", report_to="none", disable_tqdm=True,
        use_cpu=True, dataloader_pin_memory=False, learning_rate=run.learning_rate, lr_scheduler_type="constant",
        per_device_train_batch_size=run.batch, gradient_accumulation_steps=run.accumulation, max_length=run.max_length,
        bf16=run.bf16, gradient_checkpointing=run.recompute, packing=run.packing, train_sampling_strategy=ORDERS[run.order],
        torch_compile=run.compile, model_init_kwargs=dict(dtype=run.dtype, attn_implementation=run.attention), pad_to_multiple_of=run.pad_to_multiple,
        loss_type=run.loss)


def report(trainer):
    seconds = [b - a for a, b in zip(meter.began, meter.began[1:])]
    busy = [b - a for a, b in zip(meter.busy, meter.busy[1:])]
    counted = list(zip(meter.tokens, seconds))[WARM_UP:]
    config = trainer.args
    return {
        "side": "trl", "case": "sft", "model": Path(run.model).name, "mode": run.mode,
        "tokens_per_s": round(statistics.median(n / s for n, s in counted), 1),
        "tokens_per_s_overall": round(sum(n for n, _ in counted) / sum(s for _, s in counted), 1),
        "step_s": round(statistics.median(s for _, s in counted), 4),
        "cpu_s": round(statistics.median(busy[WARM_UP:]), 4),
        "tokens_per_cpu_s": round(statistics.median(n / s for n, s in zip(meter.tokens[WARM_UP:], busy[WARM_UP:])), 1),
        "tokens_per_step": statistics.median(n for n, _ in counted),
        "real_share": round(sum(meter.tokens) / sum(meter.positions), 4),
        "peak_rss_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "threads": torch.get_num_threads(),
        "settings": {
            "bf16_autocast": config.bf16, "weights": run.dtype, "gradient_checkpointing": config.gradient_checkpointing,
            "packing": config.packing, "packing_strategy": config.packing_strategy if config.packing else None,
            "attention": trainer.model.config._attn_implementation, "loss_type": config.loss_type, "optimizer": str(config.optim.value),
            "batch": run.batch, "accumulation": run.accumulation, "max_length": run.max_length, "order": run.order,
            "learning_rate": run.learning_rate, "compiled": run.compile},
        "loss": meter.loss, "tokens": meter.tokens, "seconds": [round(s, 4) for s in seconds],
        "versions": {name: version(name) for name in ("torch", "trl", "transformers", "accelerate")} | {"python": sys.version.split()[0]},
    }


with open(run.rows, encoding="utf-8") as lines:
    rows = Dataset.from_list([json.loads(line) for line in lines])
tokenizer = hf.AutoTokenizer.from_pretrained(run.model)
meter = Meter(tokenizer.pad_token_id)
trainer = CountingTrainer(model=run.model, args=settings(), train_dataset=rows, processing_class=tokenizer, callbacks=[meter])
trainer.remove_callback(hf.PrinterCallback)
trainer.train()
print(json.dumps(report(trainer)), flush=True)
