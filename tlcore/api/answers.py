"""What is answered, as data: what is sent and what the OpenAPI document says come from the same classes."""

import math

from pydantic import BaseModel, Field

from tlcore.predict import Prediction


class Chance(BaseModel):
    label: str
    probability: float


class Judged(BaseModel):
    """A picture that was judged."""

    file: str = Field(description="As it was named in the request.")
    label: str = Field(description="The likeliest class.")
    labels: list[str] = Field(
        description="The classes found: the likeliest one; with several labels per picture all, or none."
    )
    probability: float = Field(description="Of the likeliest class, from 0 to 1.")
    probabilities: dict[str, float] = Field(description="Of each class, in the order of the dataset.")
    ranked: list[Chance] = Field(description="The classes, the likeliest first.")
    unsure: bool = Field(description="Whether it is less sure than was asked of the run: it does not know.")


class Failed(BaseModel):
    """A picture that could not be judged; the others of its request are."""

    file: str = Field(description="As it was named in the request.")
    error: str = Field(description="Why, in a sentence.")


class Model(BaseModel):
    id: str = Field(description="Of the run.")
    name: str


class Answer(BaseModel):
    model: Model
    predictions: list[Judged | Failed] = Field(description="One for each picture, in the order they came.")


class Health(BaseModel):
    status: str = Field(description="ok; busy: the next request is sent away for now.")
    version: str = Field(description="Of Thaw.")
    requests: int = Field(description="That are received, wait or are judged now.", ge=0)


class Refusal(BaseModel):
    """A request that was not answered."""

    error: str = Field(description="Why, and what can be done, in a sentence.")


def judged(file: str, prediction: Prediction) -> Judged | Failed:
    # JSON knows no NaN, which is what a model that diverged says.
    if not all(map(math.isfinite, prediction.probabilities.values())):
        return Failed(
            file=file, error="The model gives no numbers. Train it again with a lower learning rate."
        )
    return Judged(
        file=file,
        label=prediction.label,
        labels=prediction.labels,
        probability=prediction.probability,
        probabilities=prediction.probabilities,
        ranked=[Chance(label=label, probability=value) for label, value in prediction.ranked],
        unsure=prediction.unsure,
    )
