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
import sys
import tempfile
import warnings
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
    parser.add_argument("--peft", action="store_true", help="train a LoRA adapter of PEFT's instead of the model: rank 16, alpha 32, all linear projections")
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

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from meter import Meter, counting  # noqa: E402

if run.peft:
    import peft

hf.logging.set_verbosity_error()
disable_progress_bars()


def settings():
    return SFTConfig(
        output_dir=tempfile.mkdtemp(), max_steps=run.steps, logging_steps=1, save_strategy="no", report_to="none", disable_tqdm=True,
        use_cpu=True, dataloader_pin_memory=False, learning_rate=run.learning_rate, lr_scheduler_type="constant",
        per_device_train_batch_size=run.batch, gradient_accumulation_steps=run.accumulation, max_length=run.max_length,
        bf16=run.bf16, gradient_checkpointing=run.recompute, packing=run.packing, train_sampling_strategy=ORDERS[run.order],
        torch_compile=run.compile, model_init_kwargs=dict(dtype=run.dtype, attn_implementation=run.attention), pad_to_multiple_of=run.pad_to_multiple,
        loss_type=run.loss)


def adapter():
    """What Hone's --train_mode lora trains: every projection of the layers, not the head; no dropout."""
    return {"peft_config": peft.LoraConfig(r=16, lora_alpha=32, target_modules="all-linear", task_type="CAUSAL_LM")} if run.peft else {}


def report(trainer):
    config = trainer.args
    return {
        "side": "trl", "case": "sft", "model": Path(run.model).name, "mode": run.mode, "trained": sum(p.numel() for p in trainer.model.parameters() if p.requires_grad),
        **meter.summary(),
        "settings": {
            "bf16_autocast": config.bf16, "weights": run.dtype, "gradient_checkpointing": config.gradient_checkpointing,
            "packing": config.packing, "packing_strategy": config.packing_strategy if config.packing else None,
            "attention": trainer.model.config._attn_implementation, "loss_type": config.loss_type, "optimizer": str(config.optim.value),
            "batch": run.batch, "accumulation": run.accumulation, "max_length": run.max_length, "order": run.order,
            "learning_rate": run.learning_rate, "compiled": run.compile},
        **meter.series(),
    }


with open(run.rows, encoding="utf-8") as lines:
    rows = Dataset.from_list([json.loads(line) for line in lines])
tokenizer = hf.AutoTokenizer.from_pretrained(run.model)
meter = Meter(tokenizer.pad_token_id)
trainer = counting(SFTTrainer, meter)(
    model=run.model, args=settings(), train_dataset=rows, processing_class=tokenizer, callbacks=[meter], **adapter())
trainer.remove_callback(hf.PrinterCallback)
trainer.train()
print(json.dumps(report(trainer)), flush=True)
