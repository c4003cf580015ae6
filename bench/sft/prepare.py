"""Makes what both sides of the SFT benchmark read: two random models with a tokenizer, and one file of rows.

prepare.py --data GSM8K.jsonl --out DIR

DIR/qwen10m, DIR/llama125m   Hugging Face folders: float32 weights drawn with a fixed seed, byte-level BPE of 8,192 entries
DIR/gsm8k_sft.jsonl          {"text": question + newline + answer}, one row a line, shuffled once with a fixed seed
DIR/prepared.json            rows, lengths in tokens and digests, so that a run can be tied to its input

Every token of a row carries loss. Both sides end a row with the eos token; the counts below include it.
"""
import argparse
import hashlib
import json
import os
import random
import statistics
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import torch
import transformers as hf
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers.models.qwen2.tokenization_qwen2 import PRETOKENIZE_REGEX

EOS, PAD, ENTRIES = "<|endoftext|>", "<|pad|>", 8192


def main():
    arguments = parse()
    out = Path(arguments.out)
    out.mkdir(parents=True, exist_ok=True)
    texts = read_texts(arguments.data)
    random.Random(arguments.seed).shuffle(texts)
    rows = out / "gsm8k_sft.jsonl"
    rows.write_text("".join(json.dumps({"text": t}, ensure_ascii=False) + "\n" for t in texts), encoding="utf-8")
    hf.logging.disable_progress_bar()
    tokenizer = train_tokenizer(texts)
    parameters = {name: write_model(config, tokenizer, out / name, arguments.seed) for name, config in configs(tokenizer).items()}
    check_tokenizers(texts, out, parameters)
    summary = summarise(texts, tokenizer, rows, parameters, arguments.seed)
    (out / "prepared.json").write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(summary, indent=2))


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="GSM8K's train.jsonl: rows with question and answer")
    parser.add_argument("--out", required=True, help="folder to write to")
    parser.add_argument("--seed", type=int, default=7)
    return parser.parse_args()


def read_texts(path):
    with open(path, encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines if line.strip()]
    return [row["question"] + "\n" + row["answer"] for row in rows]


def train_tokenizer(texts):
    """Byte-level BPE that cuts text as Qwen2 does: AutoTokenizer forces Qwen2's cut on every qwen2 folder, whatever its tokenizer.json says."""
    bpe = Tokenizer(models.BPE())
    bpe.normalizer = normalizers.NFC()
    bpe.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(PRETOKENIZE_REGEX), behavior="isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=ENTRIES, special_tokens=[EOS, PAD], show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    bpe.train_from_iterator(texts, trainer)
    assert bpe.get_vocab_size() == ENTRIES, f"the text is too small: {bpe.get_vocab_size()} entries instead of {ENTRIES}"
    return hf.PreTrainedTokenizerFast(tokenizer_object=bpe, eos_token=EOS, pad_token=PAD, model_max_length=2048)


def configs(tokenizer):
    shared = dict(max_position_embeddings=2048, bos_token_id=None, eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id)
    return {
        "qwen10m": hf.Qwen2Config(hidden_size=256, num_hidden_layers=6, num_attention_heads=8, num_key_value_heads=4, intermediate_size=1024,
                                  vocab_size=ENTRIES, tie_word_embeddings=False, **shared),
        "llama125m": hf.LlamaConfig(hidden_size=768, num_hidden_layers=12, num_attention_heads=12, num_key_value_heads=12, intermediate_size=2048,
                                    vocab_size=50257, tie_word_embeddings=True, **shared),
    }


def write_model(config, tokenizer, folder, seed):
    torch.manual_seed(seed)
    model = hf.AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return sum(p.numel() for p in model.parameters())


def check_tokenizers(texts, out, names):
    """What AutoTokenizer makes of a folder must be what its tokenizer.json says, or the two sides would train on different tokens."""
    for name in names:
        plain = Tokenizer.from_file(str(out / name / "tokenizer.json"))
        auto = hf.AutoTokenizer.from_pretrained(out / name)
        for text in texts:
            ours, theirs = plain.encode(text + EOS).ids, auto(text + EOS)["input_ids"]
            assert ours == theirs and ours[-1] == auto.eos_token_id, f"{name}: AutoTokenizer and tokenizer.json disagree on {text!r}"


def summarise(texts, tokenizer, rows, parameters, seed):
    lengths = [len(ids) for ids in tokenizer([t + EOS for t in texts])["input_ids"]]
    padded = sum(max(lengths[i:i + 8]) * len(lengths[i:i + 8]) for i in range(0, len(lengths), 8))
    return {
        "seed": seed,
        "rows": len(texts),
        "tokens_with_eos": sum(lengths),
        "length_min_median_max": [min(lengths), statistics.median(lengths), max(lengths)],
        "rows_over_512": sum(n > 512 for n in lengths),
        "padding_share_in_batches_of_8": round(1 - sum(lengths) / padded, 4),
        "first_lengths": lengths[:16],
        "parameters": parameters,
        "sha256": {rows.name: digest(rows), "tokenizer.json": digest(rows.parent / "qwen10m" / "tokenizer.json"),
                   **{f"{name}/model.safetensors": digest(rows.parent / name / "model.safetensors") for name in parameters}},
    }


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
