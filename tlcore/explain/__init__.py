"""Which part of a picture decided: Grad-CAM from a run's converted graph, without TensorFlow."""

from tlcore.explain.explainer import Explainer, HeatMap, Look
from tlcore.explain.overlay import colours, overlay

__all__ = ["Explainer", "HeatMap", "Look", "colours", "overlay"]
