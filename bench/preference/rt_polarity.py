"""Sentence polarity as rows for a reward model or classifier (standard library only).

rt_polarity.py --data DIR --out DIR [--test-share 0.1] [--seed 7]

--data holds rt-polarity.pos and rt-polarity.neg (Pang and Lee's sentence polarity data v1.0: one sentence a line).
Writes OUT/train.jsonl and OUT/test.jsonl: {"text": sentence, "label": 1 for positive, 0 for negative}, both classes split alike, shuffled
with a fixed seed. A sentence that stands there more than once is kept once, so that none is in both files; one that stands in both
classes is left out.
"""
import argparse
import json
import random
from pathlib import Path

CLASSES = {"rt-polarity.neg": 0, "rt-polarity.pos": 1}


def main():
    arguments = parse()
    rows = read(Path(arguments.data))
    random_order = random.Random(arguments.seed)
    train, test = [], []
    for label in CLASSES.values():
        own = [row for row in rows if row["label"] == label]
        random_order.shuffle(own)
        held_out = round(len(own) * arguments.test_share)
        test += own[:held_out]
        train += own[held_out:]
    out = Path(arguments.out)
    out.mkdir(parents=True, exist_ok=True)
    for name, part in (("train", train), ("test", test)):
        random_order.shuffle(part)
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in part)
        (out / f"{name}.jsonl").write_text(text, encoding="utf-8")
        print(f"{name}.jsonl: {len(part)} rows, {sum(row['label'] for row in part)} positive")


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder with rt-polarity.pos and rt-polarity.neg")
    parser.add_argument("--out", required=True, help="folder to write to")
    parser.add_argument("--test-share", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    if not 0 < given.test_share < 1:
        parser.error(f"--test-share {given.test_share}: give a number between 0 and 1")
    return given


def read(folder):
    """Sentences once each, in the order of the files."""
    labels = {}
    for name, label in CLASSES.items():
        for sentence in text_of(folder / name).split("\n"):
            if sentence.strip():
                labels.setdefault(sentence.strip(), set()).add(label)
    return [{"text": sentence, "label": min(found)} for sentence, found in labels.items() if len(found) == 1]


def text_of(file):
    """The data is distributed in Latin-1, and by some in UTF-8."""
    data = file.read_bytes()
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


if __name__ == "__main__":
    main()
