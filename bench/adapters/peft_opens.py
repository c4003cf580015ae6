"""Opens adapters that Hone saved with PEFT, on the base that they name, and compares logits with Hone's.

peft_opens.py ADAPTER_DIR... [--tolerance 1e-3]

Beside an adapter lies logits.json: {"base": folder, "ids": [...], "logits": [[...], ...]}: Hone's own in float32, one row of
the vocabulary's size for each id, or one row of scores for a model with a score head.
Prints one JSON line for each adapter: the largest differences with the adapter and after merge_and_unload (null where PEFT
merges an embedding into the head that is tied to it, and of virtual tokens, which nobody merges), and the tensors that PEFT missed or did not expect. Exit code 1 where
something does not agree.
"""
import argparse
import json
import os
import sys
import warnings

os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false")

import peft
import torch
import transformers as hf
from safetensors.torch import load_file

hf.logging.set_verbosity_error()


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("adapters", nargs="+")
    parser.add_argument("--tolerance", type=float, default=1e-3, help="largest absolute difference of a logit")
    return parser.parse_args()


def opened(folder, base):
    config = peft.PeftConfig.from_pretrained(folder)
    kind = hf.AutoModelForSequenceClassification if config.task_type == "SEQ_CLS" else hf.AutoModelForCausalLM
    model = kind.from_pretrained(base, dtype=torch.float32, attn_implementation="eager")
    return peft.PeftModel.from_pretrained(model, folder).eval()


def unlike_theirs(model, folder):
    """Tensors that only one of the two sides stores: PEFT's own file of the opened adapter against Hone's."""
    ours = set(load_file(os.path.join(folder, "adapter_model.safetensors")))
    theirs = {name for name in peft.get_peft_model_state_dict(model) if ".base_layer." not in name}
    return sorted(ours ^ theirs)


def tied(model):
    """Whether merging in PEFT changes the head as well: it writes an adapted embedding into a table that both share."""
    return model.config.tie_word_embeddings and any("lora_embedding" in name for name, _ in model.named_parameters())


def of_ids(logits, expected):
    """Those of the given tokens: virtual ones come first."""
    rows = logits.reshape(-1, expected.shape[-1])
    return rows[-expected.shape[0]:]


@torch.no_grad()
def check(folder, tolerance):
    with open(os.path.join(folder, "logits.json")) as file:
        ours = json.load(file)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = opened(folder, ours["base"])
    problems = [str(warning.message) for warning in caught if "missing" in str(warning.message).lower()]
    names = unlike_theirs(model, folder)
    ids = torch.tensor([ours["ids"]])
    expected = torch.tensor(ours["logits"])
    on = float((of_ids(model(ids).logits, expected) - expected).abs().max())
    shared = model.active_peft_config.is_prompt_learning or tied(model)
    merged = 0.0 if shared else float((of_ids(model.merge_and_unload()(ids).logits, expected) - expected).abs().max())
    print(json.dumps({"adapter": os.path.basename(os.path.normpath(folder)), "difference": on, "merged": None if shared else merged,
                      "names": names, "warnings": problems}))
    return on <= tolerance and merged <= tolerance and not names and not problems


def main():
    arguments = parse()
    good = [check(folder, arguments.tolerance) for folder in arguments.adapters]
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
