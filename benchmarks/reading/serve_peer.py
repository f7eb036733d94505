"""transformers 4.57's question-answering pipeline, answering blocks of questions over a pipe.

Runs in an environment of its own (``make bench-peers``), so it imports nothing of this project.
Every line of standard input is a request {"questions": [[question, context], ...], "batch_size",
"threads"}; every line of output is {"answers": [[text, start, end], ...], "wall_s", "cpu_s"}.
"""

import json
import sys
import time
import warnings

import torch
from transformers import pipeline
from transformers.utils import logging

MAX_ANSWER_LENGTH = 30


def main(model: str) -> None:
    warnings.simplefilter("ignore")
    logging.set_verbosity_error()
    answerer = pipeline("question-answering", model=model, tokenizer=model, device="cpu")
    for line in sys.stdin:
        request = json.loads(line)
        torch.set_num_threads(request["threads"])
        asked, contexts = zip(*request["questions"])  # noqa: B905
        wall, cpu = time.perf_counter(), time.process_time()
        found = answerer(
            question=list(asked),
            context=list(contexts),
            batch_size=request["batch_size"],
            max_answer_len=MAX_ANSWER_LENGTH,
        )
        took = {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}
        several = found if isinstance(found, list) else [found]
        answers = [[each["answer"], each["start"], each["end"]] for each in several]
        print(json.dumps({"answers": answers, **took}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
