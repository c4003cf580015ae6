"""Makes the prompts that both sides of the benchmark of learning from rewards read: prepare.py PREPARED_DIR

PREPARED_DIR is the folder that bench/sft/prepare.py wrote: its text and its tokenizer are used as they are.

PREPARED_DIR/online/fixed.jsonl   {"prompt"}, 64 tokens each
PREPARED_DIR/online/mixed.jsonl   {"prompt"}, 16 to 256 tokens

A prompt is kept only where its text becomes as many tokens again as it was cut from.
"""
import json
import random
import sys
from pathlib import Path

from transformers import AutoTokenizer

PROMPTS, SEED = 256, 11


def main(folder):
    data = Path(folder)
    tokenizer = AutoTokenizer.from_pretrained(data / "qwen10m")
    with open(data / "gsm8k_sft.jsonl", encoding="utf-8") as lines:
        text = "\n".join(" ".join(str(value) for value in json.loads(line).values()) for line in lines)
    ids = tokenizer(text[:2_000_000], add_special_tokens=False)["input_ids"]
    (data / "online").mkdir(exist_ok=True)
    for name, least, most in (("fixed", 64, 64), ("mixed", 16, 256)):
        draw, place, rows = random.Random(SEED), 0, []
        while len(rows) < PROMPTS:
            length = draw.randint(least, most)
            if place + length > len(ids):
                sys.exit(f"{data}/gsm8k_sft.jsonl has text for {len(rows)} prompts, {PROMPTS} are needed")
            prompt = tokenizer.decode(ids[place:place + length])
            if len(tokenizer(prompt)["input_ids"]) == length:
                rows.append(json.dumps({"prompt": prompt}))
            place += length
        (data / "online" / f"{name}.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
        print(f"{name}: {len(rows)} prompts")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
