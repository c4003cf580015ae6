"""Opens a folder that Hone wrote with Hugging Face's tools, and compares logits where Hone's are given.

check.py MODEL_DIR [--ids 5,6,7] [--text TEXT] [--logits LOGITS.json] [--tolerance 1e-3] [--new-tokens 16]

LOGITS.json   {"ids": [...], "logits": [[...], ...]}: one row of the vocabulary's size for each id, float32
Prints one JSON line: a checksum of the logits of the ids (sum, sum of squares, each row's highest entry), the greedy
continuation, the tokenizer's round trip, and the largest difference. Exit code 1 where something does not agree.
"""
import argparse
import hashlib
import json
import os
import sys

os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false")

import torch
import transformers as hf

hf.logging.set_verbosity_error()


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--ids", help="token ids, comma-separated; default: those of --logits, else the encoded --text")
    parser.add_argument("--text", default="Natalia sold clips to 48 of her friends in April.")
    parser.add_argument("--logits", help="JSON with ids and logits as Hone computed them")
    parser.add_argument("--tolerance", type=float, default=1e-3, help="largest absolute difference of a logit")
    parser.add_argument("--new-tokens", type=int, default=16)
    return parser.parse_args()


def load(folder):
    model, loading = hf.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, output_loading_info=True)
    problems = [f"{kind}: {sorted(map(str, names))}" for kind, names in loading.items() if names]
    return model.eval(), hf.AutoTokenizer.from_pretrained(folder), problems


def checksum(logits):
    return {"shape": list(logits.shape), "sum": float(logits.double().sum()), "sum_of_squares": float(logits.double().square().sum()),
            "argmax": logits.argmax(-1).tolist()}


def compare(logits, expected, tolerance):
    theirs = torch.tensor(expected, dtype=torch.float32)
    if theirs.shape != logits.shape:
        return None, f"logits: Hone's are {list(theirs.shape)}, Hugging Face's {list(logits.shape)}"
    difference = float((logits - theirs).abs().max())
    agrees = difference <= tolerance  # false for a NaN as well
    return difference, None if agrees else f"logits differ by {difference:.3g}, more than {tolerance:g}"


@torch.no_grad()
def main():
    arguments = parse()
    model, tokenizer, problems = load(arguments.model)
    encoded = tokenizer(arguments.text)["input_ids"]
    back = tokenizer.decode(encoded, skip_special_tokens=True)
    if back != arguments.text:
        problems.append(f"round trip: {arguments.text!r} came back as {back!r}")
    given = json.load(open(arguments.logits, encoding="utf-8")) if arguments.logits else {"ids": encoded}
    ids = [int(i) for i in arguments.ids.split(",")] if arguments.ids else given["ids"]
    if arguments.logits and ids != given["ids"]:
        sys.exit("--ids are not the ids that --logits was computed for; leave --ids out")
    batch = torch.tensor([ids])
    logits = model(input_ids=batch, use_cache=False).logits[0].float()
    if not torch.isfinite(logits).all():
        problems.append("logits: not finite")
    difference = None
    if "logits" in given:
        difference, problem = compare(logits, given["logits"], arguments.tolerance)
        problems += [problem] if problem else []
    made = model.generate(batch, attention_mask=torch.ones_like(batch), do_sample=False, max_new_tokens=arguments.new_tokens)[0, len(ids):].tolist()
    print(json.dumps({
        "model": type(model).__name__, "parameters": model.num_parameters(), "ids": ids, "logits": checksum(logits),
        "max_difference": difference, "generated_ids": made, "generated_text": tokenizer.decode(made),
        "tokenizer": {"class": type(tokenizer).__name__, "entries": len(tokenizer), "ids_sha256": hashlib.sha256(str(encoded).encode()).hexdigest()[:16]},
        "transformers": hf.__version__, "problems": problems}, ensure_ascii=False))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
