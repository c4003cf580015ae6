"""The peer's side of the generation comparison: transformers' generate in bf16, at temperature 1.

peer.py MODEL_DIR PROMPTS.json [--mode static|dynamic] [--rounds N]

The file is prompts.py's. All its prompts go into one call, padded on the left. Tokens count up to and with the first end token of each row.
"""
import argparse
import json
import os
import resource
import statistics
import time
import warnings

os.environ.setdefault("HF_HUB_OFFLINE", "1")
warnings.filterwarnings("ignore")

import torch
import transformers as hf


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("prompts")
    parser.add_argument("--mode", choices=["dynamic", "static"], default="dynamic", help="the cache: grown by each token (the default of generate), or in place")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    torch.set_num_threads(int(os.environ.get("BENCH_THREADS", "2")))
    hf.logging.set_verbosity_error()
    with open(arguments.prompts, encoding="utf-8") as file:
        task = json.load(file)
    model = hf.AutoModelForCausalLM.from_pretrained(arguments.model, dtype=torch.bfloat16).eval()
    ids, mask = padded(task["prompts"])
    ends, longest = task["ends"], task["max_new_tokens"]
    model.generation_config.eos_token_id = None
    config = hf.GenerationConfig(do_sample=True, temperature=1.0, top_k=0, top_p=1.0, max_new_tokens=longest, pad_token_id=1, eos_token_id=ends or None,
                                 cache_implementation="static" if arguments.mode == "static" else None)
    rates, tokens = [], 0
    for round in range(arguments.rounds + 1):
        torch.manual_seed(round)
        begun = time.perf_counter()
        with torch.no_grad():
            out = model.generate(input_ids=ids, attention_mask=mask, generation_config=config)
        seconds = time.perf_counter() - begun
        tokens = sum(written(row, ends) for row in out[:, ids.shape[1]:].tolist())
        if round:
            rates.append(tokens / seconds)
    print(json.dumps({"case": "transformers_generation", "prompts": len(task["prompts"]), "max_new_tokens": longest, "tokens": tokens,
                      "tokens_per_s": round_to(statistics.median(rates)), "best_tokens_per_s": round_to(max(rates)), "threads": torch.get_num_threads(),
                      "peak_rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, "rounds": len(rates),
                      "torch": torch.__version__, "transformers": hf.__version__}))


def padded(prompts):
    width = max(map(len, prompts))
    ids = torch.tensor([[1] * (width - len(prompt)) + prompt for prompt in prompts])
    return ids, torch.tensor([[0] * (width - len(prompt)) + [1] * len(prompt) for prompt in prompts])


def written(row, ends):
    return next((i + 1 for i, token in enumerate(row) if token in ends), len(row))


def round_to(value):
    return float(f"{value:.1f}")


if __name__ == "__main__":
    main()
