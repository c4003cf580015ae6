"""What the peers' scripts measure: a callback for a Trainer, and the same Trainer counting what reaches its model.

Real tokens are counted by the attention mask where there is padding, and are all of a packed row where there is none. A step lasts from its
beginning to the beginning of the next, data loading and optimizer included. The first two steps are not counted.
"""
import resource
import statistics
import sys
import time
from importlib.metadata import version

import torch
import transformers as hf

WARM_UP = 2


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

    def seconds(self):
        return [b - a for a, b in zip(self.began, self.began[1:])]

    def step_s(self):
        return statistics.median(self.seconds()[WARM_UP:])

    def summary(self):
        """Medians and totals over the counted steps, and the process's peak."""
        counted = list(zip(self.tokens, self.seconds()))[WARM_UP:]
        busy = [b - a for a, b in zip(self.busy, self.busy[1:])]
        return {
            "tokens_per_s": round(statistics.median(n / s for n, s in counted), 1),
            "tokens_per_s_overall": round(sum(n for n, _ in counted) / sum(s for _, s in counted), 1),
            "step_s": round(self.step_s(), 4),
            "cpu_s": round(statistics.median(busy[WARM_UP:]), 4),
            "tokens_per_cpu_s": round(statistics.median(n / s for n, s in zip(self.tokens[WARM_UP:], busy[WARM_UP:])), 1),
            "tokens_per_step": statistics.median(n for n, _ in counted),
            "real_share": round(sum(self.tokens) / sum(self.positions), 4),
            "peak_rss_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
            "threads": torch.get_num_threads(),
        }

    def series(self):
        """Every step, and what ran."""
        return {
            "loss": self.loss, "tokens": self.tokens, "seconds": [round(s, 4) for s in self.seconds()],
            "versions": {name: version(name) for name in ("torch", "trl", "transformers", "accelerate")} | {"python": sys.version.split()[0]},
        }


def counting(trainer, meter):
    """A trainer's class, which also notes the real tokens of each micro-batch."""

    class Counting(trainer):
        def training_step(self, model, inputs, *args, **kwargs):
            meter.count(inputs)
            return super().training_step(model, inputs, *args, **kwargs)

    return Counting
