"""Computes the golden files of virtual tokens: what PEFT says of prompt and prefix tuning on the tiny golden models.

virtual_golden.py MODELS_DIR OUT_DIR

Each case gets a folder as PEFT's save_pretrained writes it, and golden.safetensors: `ids` of all rows end to end, `starts` of the
rows [N+1], `logits` of all rows (each row run alone, float32, eager attention, no dropout), `logits_off` of a base that
writes, `generated` (greedy continuation of the first row), `grad.NAME` of mean(logits^2) and, where a prefix is projected, what
PEFT does not save: `encoder.NAME`.
"""
import json
import os
import shutil
import sys

os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false")

import peft
import torch
import transformers as hf
from safetensors.torch import save_file

hf.logging.set_verbosity_error()
ROWS = [7, 12, 3]
NEW = 6


def prompt(tokens, init="RANDOM", **more):
    return peft.PromptTuningConfig(num_virtual_tokens=tokens, prompt_tuning_init=init, **more)


def prefix(tokens, **more):
    return peft.PrefixTuningConfig(num_virtual_tokens=tokens, **more)


CASES = {
    "llama_prompt": ("llama", "CAUSAL_LM", prompt(5)),
    "gpt2_prompt": ("gpt2", "CAUSAL_LM", prompt(3)),
    "qwen2_prompt_vocabulary": ("qwen2_tied", "CAUSAL_LM", prompt(4, "SAMPLE_VOCAB")),
    "llama_seqcls_prompt": ("llama_seqcls", "SEQ_CLS", prompt(4)),
    "llama_prefix": ("llama", "CAUSAL_LM", prefix(5)),
    "gpt2_prefix": ("gpt2", "CAUSAL_LM", prefix(3)),
    "mistral_prefix_sliding": ("mistral_sliding", "CAUSAL_LM", prefix(4)),
    "qwen3_prefix_projection": ("qwen3", "CAUSAL_LM", prefix(4, prefix_projection=True, encoder_hidden_size=6)),
    "llama_seqcls_prefix": ("llama_seqcls", "SEQ_CLS", prefix(4)),
}


def trained(model):
    generator = torch.Generator().manual_seed(11)
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            parameter.data = 0.4 * torch.randn(parameter.shape, generator=generator)


def logits(model, rows):
    """Of the rows' own tokens, [T, V]; PEFT gives those of virtual tokens too."""
    found = [model(row, attention_mask=torch.ones_like(row)).logits for row in rows]
    return torch.cat([each[0, -row.shape[1]:] if each.dim() == 3 else each for each, row in zip(found, rows)])


def plain(name):
    return name.replace(".default", "").replace(".modules_to_save", "")


def case(name, models, out):
    base, task, config = CASES[name]
    torch.manual_seed(3)
    kind = hf.AutoModelForSequenceClassification if task == "SEQ_CLS" else hf.AutoModelForCausalLM
    opened = kind.from_pretrained(os.path.join(models, base), dtype=torch.float32, attn_implementation="eager")
    config.task_type = task
    config.base_model_name_or_path = "models/" + base
    model = peft.get_peft_model(opened, config).eval()
    model.peft_config["default"].base_model_name_or_path = "models/" + base
    trained(model)
    generator = torch.Generator().manual_seed(5)
    rows = [torch.randint(0, opened.config.vocab_size, (1, length), generator=generator) for length in ROWS]
    scores = logits(model, rows)
    (scores**2).mean().backward()
    golden = {"ids": torch.cat([row[0] for row in rows]), "starts": torch.tensor([0, *ROWS]).cumsum(0), "logits": scores.detach()}
    golden.update({"grad." + plain(n): p.grad for n, p in model.named_parameters() if p.grad is not None})
    if getattr(config, "prefix_projection", False):
        golden.update({"encoder." + plain(n): p.detach() for n, p in model.named_parameters() if p.requires_grad})
    with torch.no_grad():
        if task == "CAUSAL_LM":
            ids = rows[0]
            for _ in range(NEW):
                ids = torch.cat([ids, model(ids, attention_mask=torch.ones_like(ids)).logits[:, -1:].argmax(-1)], 1)
            golden["generated"] = ids[0, ROWS[0]:]
            golden["logits_off"] = logits(model.base_model, rows)
    folder = os.path.join(out, name)
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder)
    os.remove(os.path.join(folder, "README.md"))
    save_file({key: value.contiguous().clone() for key, value in golden.items()}, os.path.join(folder, "golden.safetensors"))
    with open(os.path.join(folder, "golden.json"), "w") as file:
        json.dump({"name": name, "base": "models/" + base, "peft": peft.__version__, "torch": torch.__version__,
                   "transformers": hf.__version__}, file, indent=1)
    print(name, {n: tuple(p.shape) for n, p in model.named_parameters() if p.requires_grad})


if __name__ == "__main__":
    for each in CASES:
        case(each, sys.argv[1], sys.argv[2])
