"""Any other sentiment model: the folder or name of a Hugging Face text classifier with three classes."""

import hashlib
from functools import cache
from pathlib import Path

import numpy as np

from earshot.core.params import ParamError
from earshot.enrich.embeddings.model_files import fingerprint
from earshot.enrich.embeddings.step import OFFLINE

READ = (".safetensors", ".bin", ".json", ".txt", ".model")  # what a tokenizer or a network is loaded from
BATCH = 32
LONGEST = 128  # tokens
PREFIXES = ("neg", "neu", "pos")


def score(texts: list[str], model: str) -> np.ndarray:
    """Return probabilities (n, 3) of negative, neutral and positive; texts of like length share a batch."""
    import torch

    tokenizer, network, order = _load(model, identify(model))
    found = np.empty((len(texts), 3))
    by_length = sorted(range(len(texts)), key=lambda at: (len(texts[at]), at))
    for start in range(0, len(by_length), BATCH):
        batch = by_length[start : start + BATCH]
        inputs = tokenizer(
            [texts[at] for at in batch],
            padding=True,
            truncation=True,
            max_length=LONGEST,
            return_tensors="pt",
        )
        with torch.inference_mode():
            found[batch] = network(**inputs).logits.softmax(dim=1).numpy()[:, order]
    return np.round(found, 6)


def identify(model: str) -> str:
    """Return the SHA-256 over the files that a model is loaded from,
    or "" where it is not on this machine.
    """
    folder = _folder(model)
    files = sorted(path for path in folder.iterdir() if path.suffix in READ) if folder else []
    lines = "".join(f"{fingerprint(path)}  {path.name}\n" for path in files)
    return hashlib.sha256(lines.encode("utf-8")).hexdigest() if files else ""


def _folder(model: str) -> Path | None:
    """Return the folder of a model: the one that is named, or the one in the cache of Hugging Face."""
    if Path(model).is_dir():
        return Path(model)
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        found = try_to_load_from_cache(model, "config.json")
    except HFValidationError:
        return None
    return Path(found).parent if isinstance(found, str) else None


@cache
def _load(model: str, sha256: str):
    """Return tokenizer, network and order of the classes;
    ``sha256`` makes a folder that changed be loaded again.
    """
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(model, local_files_only=OFFLINE)
        network = AutoModelForSequenceClassification.from_pretrained(model, local_files_only=OFFLINE)
    except (OSError, ValueError) as error:
        raise ParamError(
            f"sentiment_model: {model!r} is not a classifier on this machine; give its folder, or set "
            "HF_HUB_OFFLINE=0 once to fetch it."
        ) from error
    return tokenizer, network.train(False), _order(network.config.id2label, model)


def _order(names: dict[int, str], model: str) -> list[int]:
    """Return where the model keeps negative, neutral and positive;
    LABEL_0 to LABEL_2 are taken in that order.
    """
    plain = {
        place: str(name).lower().replace("label_0", "neg").replace("label_1", "neu").replace("label_2", "pos")
        for place, name in names.items()
    }
    places = [[place for place, name in plain.items() if name.startswith(prefix)] for prefix in PREFIXES]
    if len(names) != 3 or any(len(found) != 1 for found in places):
        raise ParamError(
            f"sentiment_model: {model!r} has the classes {', '.join(map(str, names.values()))}; a model "
            "with negative, neutral and positive is needed."
        )
    return [found[0] for found in places]
