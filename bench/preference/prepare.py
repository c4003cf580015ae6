"""Makes the pairs that both sides of the DPO and reward-model benchmarks read.

prepare.py --data harmless-base-test.jsonl.gz --prepared DIR

DIR is the folder that bench/sft/prepare.py wrote: its models and their tokenizer are used as they are.

DIR/preference/hh_pairs.jsonl   {"prompt", "chosen", "rejected"}, one pair a line, shuffled once with a fixed seed
DIR/preference/prepared.json    counts, lengths in tokens and digests, so that a run can be tied to its input

The file's dialogues hold their prompt within both answers; TRL's extract_prompt splits them. Left out, and counted: pairs whose answers are
equal or blank, and those in which prompt and answer with the eos token have more than --max-length tokens. For those TRL's two trainers
disagree (DPOTrainer cuts, RewardTrainer leaves out); without them all methods and both sides see the same pairs, whole.
"""
import argparse
import gzip
import hashlib
import json
import os
import random
import statistics
from pathlib import Path

os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false", CUDA_VISIBLE_DEVICES="")

import transformers as hf  # noqa: E402
from trl import extract_prompt  # noqa: E402

MODELS = ("qwen10m", "llama125m")


def main():
    arguments = parse()
    prepared = Path(arguments.prepared)
    tokenizer = hf.AutoTokenizer.from_pretrained(prepared / MODELS[0])
    rows = read(arguments.data)
    pairs, left_out = usable(rows, tokenizer, arguments.max_length)
    random.Random(arguments.seed).shuffle(pairs)
    out = prepared / "preference"
    out.mkdir(exist_ok=True)
    file = out / "hh_pairs.jsonl"
    file.write_text("".join(json.dumps(pair, ensure_ascii=False) + "\n" for pair in pairs), encoding="utf-8")
    summary = {"seed": arguments.seed, "max_length": arguments.max_length, "rows": len(rows), "left_out": left_out,
               **describe(pairs, tokenizer), "sha256": digests(file, prepared)}
    (out / "prepared.json").write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(summary, indent=2))


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="HH-RLHF's harmless-base/test.jsonl.gz: rows with chosen and rejected")
    parser.add_argument("--prepared", required=True, help="folder that bench/sft/prepare.py wrote")
    parser.add_argument("--max-length", type=int, default=512, help="longest prompt with answer, in tokens")
    parser.add_argument("--seed", type=int, default=7)
    return parser.parse_args()


def read(path):
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def usable(rows, tokenizer, max_length):
    pairs, left_out = [], {"equal": 0, "blank": 0, "too_long": 0}
    for row in rows:
        if row["chosen"] == row["rejected"]:
            left_out["equal"] += 1
            continue
        pair = extract_prompt({"chosen": row["chosen"], "rejected": row["rejected"]})
        if not pair["chosen"].strip() or not pair["rejected"].strip() or not pair["prompt"].strip():
            left_out["blank"] += 1
        elif max(lengths(pair, tokenizer)) > max_length:
            left_out["too_long"] += 1
        else:
            pairs.append(pair)
    return pairs, left_out


def lengths(pair, tokenizer):
    """Tokens of prompt with chosen and of prompt with rejected, eos included."""
    texts = [pair["prompt"] + pair[side] + tokenizer.eos_token for side in ("chosen", "rejected")]
    return [len(ids) for ids in tokenizer(texts)["input_ids"]]


def describe(pairs, tokenizer):
    both = [lengths(pair, tokenizer) for pair in pairs]
    flat = [n for sides in both for n in sides]
    prompts = [len(ids) for ids in tokenizer([pair["prompt"] for pair in pairs])["input_ids"]]
    padded = sum(max(n for sides in both[i:i + 8] for n in sides) * 2 * len(both[i:i + 8]) for i in range(0, len(both), 8))
    return {
        "pairs": len(pairs),
        "tokens_of_both_sides": sum(flat),
        "prompt_min_median_max": [min(prompts), statistics.median(prompts), max(prompts)],
        "side_min_median_max": [min(flat), statistics.median(flat), max(flat)],
        "share_of_prompts": round(2 * sum(prompts) / sum(flat), 4),
        "padding_share_in_batches_of_8": round(1 - sum(flat) / padded, 4),
        "first_lengths": both[:8],
    }


def digests(file, prepared):
    files = [file, *(prepared / name / "model.safetensors" for name in MODELS if (prepared / name).is_dir())]
    return {str(one.relative_to(prepared)): hashlib.sha256(one.read_bytes()).hexdigest() for one in files}


if __name__ == "__main__":
    main()
