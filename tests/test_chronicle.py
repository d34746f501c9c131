"""Made-up histories, told in plain words."""

from typing import Any

import pytest

from tlcore import chronicle


def told(*events: dict[str, Any]) -> list[str]:
    return [line.text for line in chronicle.tell(events)]


def event(kind: str, **values: Any) -> dict[str, Any]:
    return {"event": kind, "at": "2026-01-01T10:00:00.000+00:00", **values}


def epoch(number: int, accuracy: float, phase: int = 0) -> dict[str, Any]:
    return event("epoch", epoch=number, phase=phase, val_accuracy=accuracy)


def phase(number: int, **values: Any) -> dict[str, Any]:
    return event("phase", phase=number, trainable_params=1234, **values)


def test_a_whole_run_is_a_story() -> None:
    assert told(
        event("queued"),
        event("preparing"),
        event("download", done=4e6, total=2e7),
        event("download", done=2e7, total=2e7),
        event("features", done=32, total=1228, elapsed_s=1),
        event("features", done=1000, total=1228, elapsed_s=3),
        event("features_ready", phase=0, cut_point="x", reused=False, runtime="litert", seconds=3.21),
        phase(0, trained_layers=0),
        event("batches", epoch=1, step=1, steps=4, elapsed_s=1),
        epoch(1, 0.7),
        epoch(2, 0.91),
        event("kept", phase=0, epoch=2),
        event("features_ready", phase=1, cut_point="y", reused=True, runtime="", seconds=0.1),
        phase(1, trained_layers=12),
        epoch(3, 0.88, 1),
        event("finishing"),
        event("done", val_accuracy=0.91, test_accuracy=None, seconds={"total": 12.04}),
    ) == [
        "Queued.",
        "A worker has taken it up.",
        "Downloading the pretrained weights: 20 of 20 MB.",
        "The features are ready: 3.2 s with LiteRT.",
        "Phase 1 begins: the head learns.",
        "Epoch 1: validation accuracy 0.70.",
        "Epoch 2: validation accuracy rose to 0.91.",
        "Kept epoch 2: its validation loss was the lowest of phase 1.",
        "The features were there already.",
        "Phase 2 begins: the last 12 layers learn too.",
        "Epoch 3: validation accuracy fell to 0.88; the best is 0.91 of epoch 2.",
        "Saving the model and judging it.",
        "Done after 12.0 s. Validation accuracy 0.91.",
    ]


@pytest.mark.parametrize(
    ("accuracies", "last"),
    [
        ([0.5, 0.5], "Epoch 2: validation accuracy stayed at 0.50."),
        # What looks alike is alike: no rise from 0.50 to 0.50.
        ([0.5, 0.5001], "Epoch 2: validation accuracy stayed at 0.50."),
        ([0.9, 0.5, 0.6], "Epoch 3: validation accuracy rose to 0.60; the best is 0.90 of epoch 1."),
        ([0.5, 0.9, 0.9, 0.2], "Epoch 4: validation accuracy fell to 0.20; the best is 0.90 of epoch 2."),
    ],
)
def test_an_epoch_is_compared_with_the_one_before_and_the_best(accuracies: list[float], last: str) -> None:
    assert told(*(epoch(n, value) for n, value in enumerate(accuracies, start=1)))[-1] == last


def test_epochs_that_are_trained_again_are_compared_with_what_counts() -> None:
    again = told(epoch(1, 0.5), epoch(2, 0.9), event("queued"), epoch(2, 0.6))
    assert again[-1] == "Epoch 2: validation accuracy rose to 0.60."


@pytest.mark.parametrize(
    ("events", "last"),
    [
        ([event("features", done=32, total=1228, elapsed_s=1)], "Computing features: 32 of 1,228 pictures."),
        ([event("download", done=4e6, total=0)], "Downloading the pretrained weights: 4 MB."),
        ([event("features_ready", cut_point=None, seconds=2)], "The pictures are ready: 2.0 s."),
        ([phase(1, trained_layers=1)], "Phase 2 begins: the last layer learns too."),
        # Runs of earlier versions did not tell the layers.
        ([phase(0)], "Phase 1 begins: 1,234 parameters learn."),
        ([event("stopped", val_accuracy=None, seconds={})], "Stopped before its first epoch ended."),
        (
            [epoch(1, 0.5), event("stopped", val_accuracy=0.5)],
            "Stopped after epoch 1. Validation accuracy 0.50.",
        ),
        ([event("failed", message="Free some space.")], "Failed. Free some space."),
        ([event("queued"), event("queued")], "Queued again."),
        ([event("interrupted", message="The disk is full.")], "The disk is full."),
        ([event("damaged", epoch=3)], "The checkpoint of epoch 3 is damaged; the one before it is used."),
        ([event("resumed", epoch=2)], "Resumed after epoch 2."),
        ([event("resumed", epoch=0)], "Begun anew: nothing had been learned yet."),
        ([event("extended", epochs=1)], "Extended by 1 epoch."),
        (
            [event("rewound", epoch=2, phase=0)],
            "The epochs after 2 are trained again, not quite the same as before.",
        ),
    ],
)
def test_each_event_has_its_sentence(events: list[dict[str, Any]], last: str) -> None:
    assert told(*events)[-1] == last


def test_progress_stays_where_it_was_broken_off() -> None:
    assert told(event("features", done=32, total=64, elapsed_s=1), event("failed", message="No.")) == [
        "Computing features: 32 of 64 pictures.",
        "Failed. No.",
    ]


def test_what_is_not_known_is_passed_over() -> None:
    """A later version of Thaw may have written it, or one with other fields."""
    odd = [
        {"event": "weather"},
        {},
        {"event": None},
        {"event": "epoch"},
        {"event": "extended", "epochs": "?"},
    ]
    assert told(*odd, event("kept"), event("done", seconds=None)) == ["Done."]


def test_a_line_says_when() -> None:
    (line,) = chronicle.tell([event("queued")])
    assert line.at == "2026-01-01T10:00:00.000+00:00"
    assert chronicle.tell([{"event": "queued"}])[0].at == ""
