"""Principal components by scikit-learn: plain, far from the origin, wide, and with variances that fade to 1e-9."""
import numpy as np
from sklearn.decomposition import PCA

ATOL = 1e-5  # of unit vectors; of other tensors the part of their largest value


def spectrum(random, rows, width, values):
    left, _ = np.linalg.qr(random.normal(size=(rows, width)))
    right, _ = np.linalg.qr(random.normal(size=(width, width)))
    return left * values @ right


def draws(random):
    fading = np.arange(40)
    return [
        (spectrum(random, 120, 40, 10 * 0.7**fading), 32),
        (spectrum(random, 130, 40, 100 * 0.8**fading) + 5 * random.normal(size=40), 32),
        (random.normal(size=(90, 12)) / np.arange(1, 13), 6),
        (1000 + random.normal(size=(90, 12)) / np.arange(1, 13), 6),
        (spectrum(random, 70, 60, 0.85 ** np.arange(60)), 20),
    ]


def remake(random, folder):
    for drawn, components in draws(random):
        x, x_test = np.float64(np.float32(drawn[:-20])), np.float64(np.float32(drawn[-20:]))
        pca = PCA(n_components=components, svd_solver="full").fit(x)
        projected, restored = pca.transform(x_test), pca.inverse_transform(pca.transform(x_test))
        found = {
            "mean": pca.mean_,
            "components": pca.components_,
            "explained_variance": pca.explained_variance_,
            "explained_variance_ratio": pca.explained_variance_ratio_,
            "singular_values": pca.singular_values_,
            "train_projected": pca.transform(x),
            "test_projected": projected,
            "test_reconstructed": restored,
            "test_mse": np.mean((x_test - restored) ** 2),
        }
        tensors = {"x": ("input", np.float32(x), None), "x_test": ("input", np.float32(x_test), None)}
        tensors.update({name: ("output", v, ATOL * np.abs(v).max()) for name, v in found.items()})
        folder.add("classical", "pca", {"n_components": components}, tensors, rtol=ATOL)
