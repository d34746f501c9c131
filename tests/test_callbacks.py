from typing import Any

import numpy as np
import pytest

from tlcore import callbacks, heads, runs
from tlcore.callbacks import EpochBatches, StopRequested, ToldEpochs, check_stop
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.errors import RunError
from tlcore.runs import Run
from tlcore.workspace import Workspace

# Row i of the array is i, so that a batch says which rows it holds.
ARRAY = np.arange(10, dtype=np.float32)[:, None]
LABELS = np.arange(10, dtype=np.int32) * 100
ROWS = np.array([0, 2, 3, 5, 6, 7, 9])


@pytest.fixture
def run(workspace: Workspace, few: Dataset) -> Run:
    return runs.create(workspace, Recipe.parse({"phases": [{"learning_rate": 0.5}]}), few)


def recorded(run: Run) -> list[dict[str, Any]]:
    """The epochs; on a busy machine batches are told of too."""
    return [event for event in run.events() if event["event"] == "epoch"]


def epochs(batches: EpochBatches, *numbers: int) -> list[list[list[int]]]:
    """The rows of each batch of some epochs."""
    found = []
    for batches.epoch in numbers:
        found.append([values[:, 0].astype(int).tolist() for values, _ in batches()])
    return found


def test_every_row_comes_once_in_an_epoch_with_its_label() -> None:
    batches = EpochBatches([ARRAY], LABELS, ROWS, 3, seed=4)
    seen = list(batches())
    assert [len(values) for values, _ in seen] == [3, 3, 1]
    assert batches.steps == 3
    values = np.concatenate([values[:, 0] for values, _ in seen])
    assert sorted(values.tolist()) == ROWS.tolist()
    assert np.array_equal(np.concatenate([labels for _, labels in seen]), values * 100)


def test_the_order_follows_from_seed_and_epoch_alone() -> None:
    first = epochs(EpochBatches([ARRAY], LABELS, ROWS, 3, seed=4), 0, 1, 2)
    # Another object, asked in another order: as after a resume.
    third, second = epochs(EpochBatches([ARRAY], LABELS, ROWS, 3, seed=4), 2, 1)
    assert [second, third] == first[1:]
    assert first[0] != first[1]
    assert epochs(EpochBatches([ARRAY], LABELS, ROWS, 3, seed=5), 0, 1, 2) != first


def test_without_a_seed_the_order_is_that_of_the_rows() -> None:
    batches = EpochBatches([ARRAY], LABELS, ROWS, 4, seed=None)
    assert epochs(batches, 0, 7) == [[[0, 2, 3, 5], [6, 7, 9]]] * 2


def test_views_take_turns_by_epoch() -> None:
    views = [ARRAY, ARRAY + 1000, ARRAY + 2000]
    batches = EpochBatches(views, LABELS, ROWS, 7, seed=None)
    firsts = [epoch[0][0] for epoch in epochs(batches, 0, 1, 2, 3, 4)]
    assert firsts == [0, 1000, 2000, 0, 1000]


def test_the_tensorflow_dataset_is_the_same_batches_and_knows_their_number() -> None:
    batches = EpochBatches([ARRAY], LABELS, ROWS, 3, seed=4)
    dataset = batches.dataset()
    assert int(dataset.cardinality()) == 3
    for batches.epoch in (0, 1):
        found = [(values.numpy(), labels.numpy()) for values, labels in dataset]
        for (values, labels), (expected, expected_labels) in zip(found, batches(), strict=True):
            assert np.array_equal(values, expected)
            assert np.array_equal(labels, expected_labels)


def test_a_stop_is_seen(run: Run) -> None:
    check_stop(run)
    run.request_stop()
    with pytest.raises(StopRequested):
        check_stop(run)


class Count:
    """Trains a tiny Keras model on eight rows, two in a batch, and counts the batches."""

    def __init__(self, run: Run, first_epoch: int = 0) -> None:
        self.run, self.first_epoch = run, first_epoch
        self.told = ToldEpochs(run, run.events())
        self.train_batches = self.test_batches = 0
        self.orders: list[int] = []

    def fit(self, learning_rate: float = 0.1, at_batch: Any = None, at_test: Any = None) -> None:
        import keras

        rows = np.arange(8)
        values = np.random.default_rng(0).normal(size=(8, 4)).astype(np.float32)
        labels = (values[:, 0] > 0).astype(np.int32)
        batches = EpochBatches([values], labels, rows, 2, seed=0)
        held_out = EpochBatches([values], labels, rows, 4, seed=None)
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation="softmax")])
        optimizer, loss = keras.optimizers.SGD(learning_rate), "sparse_categorical_crossentropy"
        model.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"])
        told = callbacks.keras_callbacks(self.run, 0, self.first_epoch, batches, self.told)
        counter = self

        class Counter(keras.callbacks.Callback):
            def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
                counter.orders.append(batches.epoch)

            def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
                counter.train_batches += 1
                if at_batch == counter.train_batches:
                    counter.run.request_stop()

            def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
                counter.test_batches += 1
                if at_test == counter.test_batches:
                    counter.run.request_stop()

        # Last but for the stop, which is to see a stop that was asked for in this batch.
        model.fit(
            batches.dataset(),
            validation_data=held_out.dataset(),
            epochs=2,
            verbose=0,
            shuffle=False,
            callbacks=[*told[:-1], Counter(), told[-1]],
        )


def test_each_epoch_is_recorded(run: Run) -> None:
    counted = Count(run, first_epoch=3)
    counted.fit()
    events = recorded(run)
    assert [(event["event"], event["epoch"], event["phase"]) for event in events] == [
        ("epoch", 4, 0),
        ("epoch", 5, 0),
    ]
    assert counted.orders == [3, 4]
    assert (counted.train_batches, counted.test_batches) == (8, 4)
    assert events[0]["loss"] > events[1]["loss"] > 0
    for event in events:
        assert event["accuracy"] * 8 == round(event["accuracy"] * 8)
        assert 0 < event["seconds"] < 30
    assert {"val_loss", "val_accuracy"} <= set(events[0])


def test_batches_are_told_of_while_an_epoch_lasts(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callbacks, "BATCHES_EVERY_S", 0.0)
    Count(run).fit()
    told = [event for event in run.events() if event["event"] == "batches"]
    assert [(event["epoch"], event["step"], event["steps"]) for event in told] == [
        (epoch, step, 4) for epoch in (1, 2) for step in (1, 2, 3, 4)
    ]
    assert told[0]["elapsed_s"] <= told[3]["elapsed_s"]


def test_a_stop_ends_training_within_the_batch(run: Run) -> None:
    counted = Count(run)
    with pytest.raises(StopRequested):
        counted.fit(at_batch=6)
    assert (counted.train_batches, counted.test_batches) == (6, 2)
    assert [event["epoch"] for event in recorded(run)] == [1]


def test_a_stop_ends_validation_within_the_batch(run: Run) -> None:
    counted = Count(run)
    with pytest.raises(StopRequested):
        counted.fit(at_test=1)
    assert (counted.train_batches, counted.test_batches) == (4, 1)
    assert recorded(run) == []


def test_a_loss_that_is_no_number_is_not_recorded(run: Run) -> None:
    with pytest.raises(RunError) as caught:
        Count(run, first_epoch=6).fit(learning_rate=float("inf"))
    assert str(caught.value) == (
        "The loss became infinite or not a number in epoch 7. Lower the learning rate (0.5) and train again."
    )
    assert recorded(run) == []


def test_dropout_goes_on_as_keras_itself_would() -> None:
    """So a program of plain Keras drops the same, and a resume needs to know the step alone."""
    import keras

    def made() -> Any:
        layers = [keras.layers.Dropout(0.5, seed=11), keras.layers.Dropout(0.0), keras.layers.Dense(1)]
        return keras.Sequential([keras.Input((64,)), *layers])

    x = np.ones((4, 64), np.float32)
    whole, resumed = made(), made()
    for _ in range(3):
        whole(x, training=True)
        # Validation draws nothing.
        whole(x, training=False)
    heads.seed_dropout(resumed.layers, 3)
    dropped = [np.asarray(model.layers[0](x, training=True)) for model in (whole, resumed)]
    assert np.array_equal(*dropped)
    assert not np.array_equal(dropped[0], np.asarray(whole.layers[0](x, training=True)))


def test_epochs_that_were_told_are_not_told_again(run: Run) -> None:
    told = [
        {"event": "epoch", "epoch": number, "phase": 0, "loss": number / 4, "at": ""} for number in (1, 2, 3)
    ]
    lines = ToldEpochs(run, told)
    lines.tell(epoch=1, phase=0, seconds=9.0, loss=0.25)
    assert recorded(run) == []
    lines.tell(epoch=2, phase=0, seconds=9.0, loss=0.75)
    lines.tell(epoch=3, phase=0, seconds=9.0, loss=0.75)
    rest = [{key: event.get(key) for key in ("event", "epoch", "loss")} for event in run.events()[1:]]
    assert rest == [
        {"event": "rewound", "epoch": 1, "loss": None},
        {"event": "epoch", "epoch": 2, "loss": 0.75},
        {"event": "epoch", "epoch": 3, "loss": 0.75},
    ]
