"""Makes the prompts that both sides continue: prompts.py --model DIR --prompts N [--new 128] [--ends MEAN] --out FILE (standard library only)

Prompts are random ids, 16 to 256 of them, drawn with a fixed seed. With --ends a random model ends a completion after so many tokens on average: of V
tokens that are about equally probable, V/MEAN are end tokens.
"""
import argparse
import json
import random
from pathlib import Path


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="folder with config.json")
    parser.add_argument("--prompts", type=int, default=64)
    parser.add_argument("--new", type=int, default=128, help="max_new_tokens")
    parser.add_argument("--ends", type=int, default=0, help="mean length where the model draws the end; 0 = every completion has --new tokens")
    parser.add_argument("--out", required=True)
    arguments = parser.parse_args()
    vocabulary = json.loads((Path(arguments.model) / "config.json").read_text(encoding="utf-8"))["vocab_size"]
    draw = random.Random(7)
    prompts = [[draw.randrange(2, vocabulary) for _ in range(draw.randint(16, 256))] for _ in range(arguments.prompts)]
    ends = sorted(draw.sample(range(2, vocabulary), vocabulary // arguments.ends)) if arguments.ends else []
    Path(arguments.out).write_text(json.dumps({"prompts": prompts, "max_new_tokens": arguments.new, "ends": ends}), encoding="utf-8")


if __name__ == "__main__":
    main()
