"""The safetensors format by its published description (github.com/huggingface/safetensors, "Format"), with json and numpy alone: no code of ArcLearn's.

8 bytes with the length of the header (little-endian), the header in JSON, the numbers; offsets count from the header's end.
"""
import json
import struct

import numpy
import torch

TYPES = {
    "F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64,
    "I32": torch.int32, "I16": torch.int16, "I8": torch.int8, "U8": torch.uint8, "BOOL": torch.bool,
}


def numbers(tensor):
    # numpy has no bfloat16: its bits go as those of an integer.
    tensor = tensor.detach().contiguous()
    return (tensor.view(torch.int16) if tensor.dtype == torch.bfloat16 else tensor).numpy().tobytes()


def save(state, path, metadata):
    names = {dtype: name for name, dtype in TYPES.items()}
    header, data = {"__metadata__": metadata}, b""
    for key, tensor in state.items():
        part = numbers(tensor)
        header[key] = {"dtype": names[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(part)]}
        data += part
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def load(path):
    """The tensors by name, and the metadata."""
    with open(path, "rb") as file:
        whole = file.read()
    (length,) = struct.unpack("<Q", whole[:8])
    header, data = json.loads(whole[8:8 + length]), whole[8 + length:]
    metadata = header.pop("__metadata__", {})
    state, places = {}, []
    for key, item in header.items():
        dtype = TYPES[item["dtype"]]
        begin, end = item["data_offsets"]
        places.append((begin, end))
        kind = torch.int16 if dtype == torch.bfloat16 else dtype
        array = numpy.frombuffer(data[begin:end], dtype=torch.empty(0, dtype=kind).numpy().dtype).reshape(item["shape"])
        state[key] = torch.from_numpy(array.copy()).view(dtype) if dtype == torch.bfloat16 else torch.from_numpy(array.copy())
    at = 0
    for begin, end in sorted(places):
        assert begin == at, "the numbers have holes or overlap"
        at = end
    assert at == len(data), "there are more numbers than the header lists"
    return state, metadata
