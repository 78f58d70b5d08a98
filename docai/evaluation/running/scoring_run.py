"""A run's predictions, scored."""

from __future__ import annotations

from pydantic import ValidationError

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.dataset import Dataset
from docai.evaluation.predictions import Prediction
from docai.evaluation.running.run_folder import RunFolder
from docai.evaluation.samples import Sample
from docai.evaluation.scoring.scorer import ItemScore, Scored


def scored(folder: RunFolder, dataset: Dataset) -> list[Scored]:
    """The samples that have a prediction, in the set's order, with what it is worth; nothing is asked.

    Raises:
        DatasetMissing: there is no run in the folder, or nothing was asked yet.
        DatasetDamaged: what it keeps cannot be read, or was kept by a release whose truths had another form.
    """
    predictions = folder.predictions()
    found = [
        Scored(sample, predictions[sample.id], _score(dataset, sample, predictions[sample.id]))
        for sample in folder.samples()
        if sample.id in predictions
    ]
    if not found:
        raise DatasetMissing(f"{folder.path} has no prediction yet; go on with the run.", path=str(folder.path))
    return found


def _score(dataset: Dataset, sample: Sample, prediction: Prediction) -> ItemScore:
    try:
        return dataset.scorer.score(sample, prediction)
    except ValidationError as error:
        raise DatasetDamaged(
            f"The truth of {sample.id} is not as this release has it; run the set anew: {error}.", sample=sample.id
        ) from None
