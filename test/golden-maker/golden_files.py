"""Writes golden cases in the format of test/golden/README.md."""
import json
import os
import struct

import numpy as np

TYPES = {"float32": "F32", "int32": "I32"}


def tolerance(expected, twins):
    """The larger of 8 times the error of float32 runs, 3e-6 of the largest magnitude, and 1e-7."""
    expected = np.asarray(expected, np.float64)
    error = max((np.abs(np.asarray(twin, np.float64) - expected).max() for twin in twins), default=0)
    return float(max(8 * error, 3e-6 * np.abs(expected).max(), 1e-7))


class Folder:
    """Cases of one seed; close() writes index.json."""

    def __init__(self, path, seed):
        self.path, self.seed, self.cases = path, seed, []

    def add(self, kind, op, attrs, tensors, rtol=1e-5):
        """tensors: name -> (role, values, tolerance or None)"""
        name = f"{op}/s{self.seed}-{sum(case['op'] == op for case in self.cases)}"
        file = f"{kind}/{name.replace('/', '-')}.safetensors"
        listed, arrays = {}, {}
        for key, (role, values, atol) in tensors.items():
            values = np.asarray(values)
            arrays[key] = np.asarray(values, np.int32 if values.dtype.kind in "iu" else np.float32, order="C")
            entry = {"dtype": TYPES[str(arrays[key].dtype)], "shape": list(arrays[key].shape), "role": role}
            listed[key] = entry if atol is None else {**entry, "atol": atol}
        atol = max((entry.get("atol", 0) for entry in listed.values()), default=0)
        case = {"file": file, "name": name, "kind": kind, "op": op, "attrs": attrs, "tensors": listed}
        self.cases.append({**case, "rtol": rtol, "atol": atol})
        self._write(file, arrays)

    def close(self):
        with open(os.path.join(self.path, "index.json"), "w") as file:
            json.dump({"format": "golden-1", "seed": self.seed, "cases": self.cases}, file, separators=(",", ":"))

    def _write(self, file, arrays):
        header, position = {}, 0
        for key, values in arrays.items():
            end = position + values.nbytes
            header[key] = {"dtype": TYPES[str(values.dtype)], "shape": list(values.shape), "data_offsets": [position, end]}
            position = end
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        path = os.path.join(self.path, file)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as out:
            out.write(struct.pack("<Q", len(text)) + text + b"".join(values.tobytes() for values in arrays.values()))
