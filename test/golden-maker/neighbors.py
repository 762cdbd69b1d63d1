"""Nearest neighbours by scikit-learn, and the affinities, divergence and gradient of t-SNE in float64."""
import numpy as np
from scipy.optimize import brentq
from sklearn.neighbors import KNeighborsClassifier

from golden_files import tolerance


def remake_knn(random, folder, case):
    attrs, shapes = case["attrs"], {name: tensor["shape"] for name, tensor in case["tensors"].items()}
    x, queries = (np.float32(random.normal(size=shapes[name])) for name in ("x_train", "x_test"))
    y, y_test = (random.integers(0, attrs["classes"], shapes[name]).astype(np.int32) for name in ("y_train", "y_test"))
    model = KNeighborsClassifier(attrs["k"], algorithm="brute").fit(np.float64(x), y)
    distances, neighbors = model.kneighbors(np.float64(queries))
    products = np.maximum(np.sum(queries**2, 1)[:, None] + np.sum(x**2, 1) - 2 * queries @ x.T, 0)  # in float32
    twin = np.sort(np.sqrt(products), 1)[:, : attrs["k"]]
    tensors = {
        "x_train": ("input", x, None),
        "y_train": ("const", y, None),
        "x_test": ("input", queries, None),
        "y_test": ("const", y_test, None),
        "predictions": ("output", model.predict(np.float64(queries)).astype(np.int32), 0.0),
        "distances": ("output", distances, tolerance(distances, [twin])),
        "neighbors": ("alt_output", neighbors.astype(np.int32), 0.0),
    }
    kept = {"k": attrs["k"], "classes": attrs["classes"], "metric": "euclidean", "weights": "uniform"}
    folder.add("classical", "knn", kept, tensors)


def squared_distances(x):
    return np.sum((x[:, None] - x[None]) ** 2, -1)


def conditional(distances, i, beta):
    """p(j | i) with a Gaussian of precision 2 beta; 0 for j = i."""
    others = np.where(np.arange(len(distances)) == i, np.inf, distances)
    weights = np.exp(-beta * (others - others.min()))
    return weights / weights.sum()


def entropy(p):
    p = p[p > 0]
    return -np.sum(p * np.log(p))


def affinities(x, perplexity):
    rows = []
    for i, distances in enumerate(squared_distances(x)):
        surplus = lambda log_beta: entropy(conditional(distances, i, np.exp(log_beta))) - np.log(perplexity)
        rows.append(conditional(distances, i, np.exp(brentq(surplus, -20, 20, xtol=1e-13))))
    rows = np.array(rows)
    return (rows + rows.T) / (2 * len(x))


def remake_tsne(random, folder, case):
    """Tolerances are those of the case: float32 finds the widths of the Gaussians by halving."""
    tensors = case["tensors"]
    x, y = (np.float32(random.normal(size=tensors[name]["shape"])) for name in ("x", "y"))
    p = affinities(np.float64(x), case["attrs"]["perplexity"])
    near = 1 / (1 + squared_distances(np.float64(y)))
    np.fill_diagonal(near, 0)
    q = near / near.sum()
    off = ~np.eye(len(x), dtype=bool)
    difference = np.float64(y)[:, None] - np.float64(y)[None]
    found = {
        "p": p,
        "q": q,
        "kl": np.sum(p[off] * np.log(p[off] / q[off])),
        "grad.y": 4 * np.sum(((p - q) * near)[..., None] * difference, 1),
    }
    made = {"x": ("input", x, None), "y": ("input", y, None)}
    made.update({name: (tensors[name]["role"], value, tensors[name]["atol"]) for name, value in found.items()})
    folder.add("classical", "tsne", case["attrs"], made, rtol=case["rtol"])
