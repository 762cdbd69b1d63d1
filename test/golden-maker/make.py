"""Makes golden cases anew: python make.py SEED OUT [KIND ...], then WGRAD_GOLDEN=OUT npm run test:golden.

Needs PyTorch, and scikit-learn with SciPy for `classical`. The graphs and options are those of test/golden; all numbers are drawn from SEED.
A network whose float32 twins leave float64's trajectory is compared only up to there, and says so.
"""
import importlib
import json
import os
import sys

import numpy as np

from golden_files import Folder


def networks(random, folder, index):
    from networks import remake

    for case in index["cases"]:
        if case["kind"] != "network":
            continue
        chaos = remake(random, folder, case)
        print(case["op"], "" if chaos is None else f"rounding decides from step {chaos}", flush=True)


def small(kind):
    def remake_all(random, folder, index):
        remake = importlib.import_module({"loss": "losses", "optimizer": "optimizers", "op": "ops"}[kind]).remake
        for case in index["cases"]:
            if case["kind"] == kind:
                remake(random, folder, case)

    return remake_all


def classical(random, folder, index):
    from neighbors import remake_knn, remake_tsne
    from principal_components import remake

    remake(random, folder)
    for case in index["cases"]:
        if case["op"] in ("knn", "tsne"):
            {"knn": remake_knn, "tsne": remake_tsne}[case["op"]](random, folder, case)


KINDS = {
    "op": small("op"),
    "network": networks,
    "loss": small("loss"),
    "optimizer": small("optimizer"),
    "classical": classical,
}


def main():
    seed, out, *kinds = sys.argv[1:]
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "..", "golden", "index.json")) as file:
        index = json.load(file)
    folder = Folder(out, int(seed))
    for kind in kinds or KINDS:
        KINDS[kind](np.random.default_rng(int(seed)), folder, index)
    folder.close()


main()
